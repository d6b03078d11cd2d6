// What mail programs write, in the languages that people use, as lists of whole phrases between
// bars. All are folded (mail_words.h); a phrase stands here once.
#pragma once
#include <string_view>

namespace dw::mail_lists {

// Headings of the block above a history.
inline constexpr std::string_view from =
    "|from|von|de|van|da|fra|från|expéditeur|absender|remitente|od|lähettäjä|от|от кого|від|"
    "kimden|gönderen|feladó|de la|από|šalje|差出人|发件人|寄件者|寄件人|보낸 "
    "사람|보낸사람|từ|dari|מאת|من|";
inline constexpr std::string_view date =
    "|sent|date|sent on|gesendet|gesendet am|datum|envoyé|envoyé le|enviado|enviado el|enviada|"
    "enviado em|enviada em|fecha|data|verzonden|inviato|sendt|dato|skickat|wysłano|lähetetty|"
    "wysłane|odesláno|odoslané|отправлено|дата|надіслано|gönderildi|tarih|elküldve|dátum|"
    "trimis|στάλθηκε|ημερομηνία|poslano|送信日時|日付|发送时间|日期|寄件日期|보낸 날짜|날짜|đã "
    "gửi|ngày|dikirim|"
    "tanggal|נשלח|תאריך|تم الإرسال|التاريخ|";
inline constexpr std::string_view to =
    "|to|an|à|a|para|aan|til|till|do|vastaanottaja|empfänger|destinataire|komu|кому|kime|alıcı|"
    "címzett|către|προς|prima|宛先|收件人|收件者|받는 사람|받는사람|tới|đến|kepada|אל|إلى|";
inline constexpr std::string_view copy =
    "|cc|kopie|kopi|kopia|bcc|reply-to|dw|копия|копія|másolatot "
    "kap|bilgi|cópia|kopio|抄送|副本|참조|";
inline constexpr std::string_view subject =
    "|subject|betreff|objet|asunto|assunto|onderwerp|oggetto|emne|ämne|temat|aihe|sujet|"
    "předmět|predmet|тема|konu|tárgy|subiect|θέμα|件名|主题|主旨|제목|chủ đề|subjek|נושא|الموضوع|";

/// Between dashes, above a history.
inline constexpr std::string_view originals =
    "|original message|original email|original mail|original appointment|"
    "ursprüngliche nachricht|originalnachricht|ursprüngliche mail|original-nachricht|"
    "message d'origine|message original|message initial|mensaje original|mensagem original|"
    "oorspronkelijk bericht|origineel bericht|messaggio originale|oprindelig meddelelse|"
    "oprindelig besked|original besked|original meddelelse|opprinnelig melding|"
    "ursprungligt meddelande|originalmeddelande|ursprungligt mejl|reply message|"
    "wiadomość oryginalna|alkuperäinen viesti|oryginalna wiadomość|původní zpráva|"
    "pôvodná správa|eredeti üzenet|orijinal mesaj|orijinal ileti|mesaj original|izvorna poruka|"
    "исходное сообщение|оригинальное сообщение|оригінальне повідомлення|αρχικό μήνυμα|原始邮件|"
    "原始郵件|元のメッセージ|원본 메시지|원본 메일|thư gốc|pesan asli|הודעה מקורית|الرسالة "
    "الأصلية|";

/// Above a mail that is forwarded.
inline constexpr std::string_view forwards =
    "|forwarded message|forwarded mail|forwarded email|begin forwarded message|"
    "weitergeleitete nachricht|weitergeleitete e-mail|weitergeleitete mail|"
    "anfang der weitergeleiteten nachricht|anfang der weitergeleiteten e-mail|"
    "message transféré|message transmis|message réexpédié|début du message transféré|"
    "début du message réexpédié|mensaje reenviado|inicio del mensaje reenviado|"
    "mensagem encaminhada|mensagem reencaminhada|início da mensagem encaminhada|"
    "início da mensagem reencaminhada|doorgestuurd bericht|begin doorgestuurd bericht|"
    "messaggio inoltrato|inizio messaggio inoltrato|inizio del messaggio inoltrato|"
    "videresendt besked|videresendt meddelelse|videresendt mail|videresendt melding|"
    "start på videresendt besked|start på videresendt meddelelse|begynd videresendt meddelelse|"
    "vidarebefordrat meddelande|vidarebefordrat brev|vidarebefordrat mejl|"
    "början på vidarebefordrat meddelande|börja vidarebefordrat brev|vidarebefordrat mail|"
    "wiadomość przekazana|välitetty viesti|videresendt e-post|start på videresendt melding|"
    "begynn videresendt melding|przekazana wiadomość|treść przekazanej wiadomości|"
    "początek przekazywanej wiadomości|přeposlaná zpráva|začátek přeposílané zprávy|"
    "přeposlaný e-mail|preposlaná správa|začiatok preposlanej správy|továbbított üzenet|"
    "továbbított levél|továbbított üzenet kezdete|iletilen ileti|iletilmiş ileti|"
    "iletilmiş ileti başlangıcı|yönlendirilen ileti|yönlendirilmiş ileti|yönlendirilmiş mesaj|"
    "edelleenlähetetty viesti|välitetty viesti alkaa|mesaj redirecționat|"
    "început mesaj redirecționat|mesaj înaintat|proslijeđena poruka|"
    "započni proslijeđenu poruku|posredovano sporočilo|προωθημένο μήνυμα|"
    "έναρξη προωθημένου μηνύματος|αρχή προωθημένου μηνύματος|пересылаемое сообщение|"
    "пересланное сообщение|перенаправленное сообщение|начало переадресованного сообщения|"
    "начало пересылаемого сообщения|переслане повідомлення|пересланий лист|"
    "початок переадресованого повідомлення|препратено съобщение|missatge "
    "reenviat|转发的邮件|转发邮件|"
    "转发邮件信息|转发的消息|开始转发的邮件|轉寄郵件|轉寄的郵件|已轉寄郵件|轉寄訊息|開始轉寄郵件|"
    "転送されたメッセージ|転送メッセージ|転送されたメール|転送メール|"
    "전달된 메시지|전달된 메일|전달한 메시지|전달된 메시지 시작|전달된 메시지의 시작|thư đã chuyển "
    "tiếp|tin nhắn đã chuyển tiếp|"
    "bắt đầu thư được chuyển tiếp|pesan terusan|pesan yang diteruskan|memulai pesan terusan|"
    "הודעה שהועברה|תחילת ההודעה שהועברה|رسالة معاد توجيهها|الرسالة المعاد توجيهها|"
    "بداية الرسالة المحولة|";

/// The whole of what somebody writes above a mail that they pass on.
inline constexpr std::string_view introductions =
    "|fyi|for your information|see below|please see below|forwarding this|forwarded|fwd|"
    "zur info|zur information|z.k|zur kenntnis|siehe unten|weitergeleitet|pour info|"
    "pour information|voir ci-dessous|para su información|para tu información|ver abajo|"
    "para informação|para seu conhecimento|ver abaixo|ter info|ter informatie|zie hieronder|"
    "per conoscenza|vedi sotto|per info|til orientering|til info|se nedenfor|för kännedom|"
    "för info|se nedan|для информации|к сведению|см. ниже|пересылаю|для інформації|"
    "do wiadomości|patrz niżej|pro informaci|viz níže|bilginize|aşağıya bakınız|tiedoksi|"
    "ks. alla|spre informare|προς "
    "ενημέρωση|供参考|供參考|请看下面|请见下文|请参阅下文|見下方|转发|轉寄|ご参考まで|参考まで|"
    "下記の通り|"
    "下記参照|転送します|참고하세요|참고 바랍니다|아래 참조|전달드립니다|";

}  // namespace dw::mail_lists
