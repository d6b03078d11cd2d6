// Attributions and headings of mail programs in languages and forms beyond those of quoted_test.cc:
// the reply comes through whole, and of the history nothing.
#include <gtest/gtest.h>

#include "base/text.h"
#include "jobs/quoted.h"

namespace dw {
namespace {

constexpr const char* reply = "Yes, the light is green.\nAnd the fan is on.";

/// Above the history and, where a quote shows its end, below it.
void expect_cut(const std::string& said, bool is_quoted) {
  const std::string old = is_quoted ? "> HISTORY is it on?\n> \n>> HISTORY older"
                                    : "HISTORY is it on?\n\nHISTORY older";
  EXPECT_EQ(cut_quoted_text(std::string(reply) + "\n\n" + said + "\n\n" + old), reply) << said;
  if (!is_quoted) return;
  EXPECT_EQ(cut_quoted_text(said + "\n" + old + "\n\n" + reply), reply) << said;
}

TEST(QuotedLanguages, attributions_are_known) {
  for (const std::string said :
       {"On Nov 3, 2026, at 10:00 AM, Bo Ek <bo@x.example> wrote:",
        "On Tuesday, November 3rd, 2026 at 10:00 AM, Bo Ek <bo@x.example> wrote:",
        "On November 3, 2026, Bo Ek <bo@x.example> wrote:",
        "On 2026-11-03 10:00, Bo Ek <bo@x.example> wrote:",
        "Em 3 de nov. de 2026, à(s) 10:00, Bo Ek <bo@x.example> escreveu:",
        "Il giorno 3 nov 2026, alle ore 10:00, Bo Ek <bo@x.example> ha scritto:",
        "Op 3 nov 2026 om 10:00 heeft Bo Ek <bo@x.example> het volgende geschreven:",
        "Wiadomość napisana przez Bo Ek <bo@x.example> w dniu 3 lis 2026, o godz. 10:00:",
        "Wiadomość napisana przez Bo Ek <bo@x.example>\nw dniu 3 lis 2026, o godz. 10:00:",
        "W dniu 3.11.2026 o 10:00, Bo Ek pisze:",
        "在 2026年11月3日，上午10:00，Bo Ek <bo@x.example> 写道：",
        "在 2026-11-03 10:00:00，\"Bo Ek\" <bo@x.example> 写道：",
        "Bo Ek <bo@x.example> 於 2026年11月3日 上午10:00 寫道：",
        "Bo Ek <bo@x.example> 于2026年11月3日周二 10:00写道：",
        "2026/11/03 10:00、Bo Ek <bo@x.example>のメール:",
        "2026/11/03 10:00、Bo Ek\n<bo@x.example>のメール:",
        "2026年11月3日(火) 10:00 Bo Ek <bo@x.example>:",
        "2026. 11. 3. 오전 10:00, Bo Ek <bo@x.example> 작성:",
        "2026년 11월 3일 (화) 오전 10:00, Bo Ek <bo@x.example>님이 작성:",
        "3 нояб. 2026 г., в 10:00, Bo Ek <bo@x.example> написал(а):",
        "вт, 3 нояб. 2026 г. в 10:00, Bo Ek <bo@x.example>:",
        "03.11.2026 10:00, Bo Ek пишет:",
        "3 лист. 2026 р. о 10:00 Bo Ek <bo@x.example> пише:",
        "Bo Ek <bo@x.example> şunları yazdı (3 Kas 2026 10:00):",
        "Bo Ek <bo@x.example>, 3 Kas 2026 Sal, 10:00 tarihinde şunu yazdı:",
        "út 3. 11. 2026 v 10:00 odesílatel Bo Ek <bo@x.example> napsal:",
        "ut 3. 11. 2026 o 10:00 Bo Ek <bo@x.example> napísal(a):",
        "3. 11. 2026 v 10:00, Bo Ek <bo@x.example>:",
        "Bo Ek <bo@x.example> kirjoitti 3.11.2026 kello 10.00:",
        "Bo Ek <bo@x.example> ezt írta (időpont: 2026. nov. 3., K, 10:00):",
        "Στις Τρί 3 Νοε 2026 στις 10:00, ο χρήστης Bo Ek <bo@x.example> έγραψε:",
        "mar., 3 nov. 2026 la 10:00 Bo Ek <bo@x.example> a scris:",
        "uto, 3. stu 2026. u 10:00 Bo Ek <bo@x.example> napisao je:",
        "На вт, 3.11.2026 г. в 10:00 Bo Ek <bo@x.example> написа:",
        "El dt., 3 de nov. 2026, 10:00, Bo Ek <bo@x.example> va escriure:",
        "Pada tanggal Sel, 3 Nov 2026 pukul 10.00 Bo Ek <bo@x.example> menulis:",
        "Vào Th 3, 3 thg 11, 2026 vào lúc 10:00 Bo Ek <bo@x.example> đã viết:",
        "\u202Bבתאריך יום ג׳, 3 בנוב׳ 2026 ב-10:00 מאת \u202ABo Ek\u202C\u200F "
        "<\u202Abo@x.example\u202C\u200F>:\u202C",
        "في الثلاثاء، 3 نوفمبر 2026 في 10:00 ص تمت كتابة ما يلي بواسطة Bo Ek <bo@x.example>:",
        "Bo Ek/Acme wrote on 03/11/2026 10:00:00:",
        "Bo Ek <bo@x.example> wrote on 11/03/2026 10:00:00 AM:",
        "\"Bo Ek\" <bo@x.example> schrieb am 03.11.2026 10:00:00:"}) {
    expect_cut(said, true);
  }
}

TEST(QuotedLanguages, blocks_of_headings_are_known) {
  const std::string who = "Bo Ek <bo@x.example>", to = "Support <help@y.example>";
  for (const std::vector<std::string>& labels : std::vector<std::vector<std::string>>{
           {"From:", "Sent:", "To:", "Subject:"},
           {"Von:", "Gesendet:", "An:", "Betreff:"},
           {"De :", "Envoyé :", "À :", "Objet :"},
           {"Od:", "Wysłane:", "Do:", "Temat:"},
           {"Od:", "Data:", "Do:", "Temat:"},
           {"Od:", "Odesláno:", "Komu:", "Předmět:"},
           {"Od:", "Odoslané:", "Komu:", "Predmet:"},
           {"От:", "Отправлено:", "Кому:", "Тема:"},
           {"От кого:", "Дата:", "Кому:", "Тема:"},
           {"Від:", "Надіслано:", "Кому:", "Тема:"},
           {"Kimden:", "Gönderildi:", "Kime:", "Konu:"},
           {"Gönderen:", "Tarih:", "Alıcı:", "Konu:"},
           {"Feladó:", "Elküldve:", "Címzett:", "Tárgy:"},
           {"Lähettäjä:", "Lähetetty:", "Vastaanottaja:", "Aihe:"},
           {"Från:", "Skickat:", "Till:", "Ämne:"},
           {"De la:", "Trimis:", "Către:", "Subiect:"},
           {"Από:", "Στάλθηκε:", "Προς:", "Θέμα:"},
           {"Šalje:", "Poslano:", "Prima:", "Predmet:"},
           {"差出人:", "送信日時:", "宛先:", "件名:"},
           {"差出人:", "日付:", "宛先:", "件名:"},
           {"发件人：", "发送时间：", "收件人：", "主题："},
           {"发件人:", "日期:", "收件人:", "主题:"},
           {"寄件者:", "寄件日期:", "收件者:", "主旨:"},
           {"보낸 사람:", "보낸 날짜:", "받는 사람:", "제목:"},
           {"보낸사람:", "날짜:", "받는사람:", "제목:"},
           {"Từ:", "Đã gửi:", "Tới:", "Chủ đề:"},
           {"Dari:", "Dikirim:", "Kepada:", "Subjek:"},
           {"מאת:", "נשלח:", "אל:", "נושא:"},
           {"من:", "تم الإرسال:", "إلى:", "الموضوع:"}}) {
    const std::string block = labels[0] + " " + who + "\n" + labels[1] + " 2026-11-03 10:00\n" +
                              labels[2] + " " + to + "\n" + labels[3] + " HISTORY";
    expect_cut(block, false);
    expect_cut("________________________________\n" + block, false);
    EXPECT_EQ(cut_quoted_html("<p>Yes</p><div><b>" +
                              replace_all(replace_all(replace_all(block, "<", "&lt;"), ">", "&gt;"),
                                          "\n", "<br><b>") +
                              "</div><p>HISTORY</p>"),
              "<p>Yes</p>")
        << block;
  }
}

TEST(QuotedLanguages, marks_above_an_original_message_are_known) {
  const std::string from = "\nFrom: Bo Ek <bo@x.example>\nHISTORY";
  for (const std::string mark :
       {"----- Original Message -----", "-----Ursprüngliche Nachricht-----",
        "------------------ 原始邮件 ------------------", "----- 原始郵件 -----",
        "-----Original Message-----", "----- 元のメッセージ -----", "-----원본 메시지-----",
        "-----Исходное сообщение-----", "-----Wiadomość oryginalna-----",
        "-----Oryginalna wiadomość-----", "-----Původní zpráva-----", "-----Pôvodná správa-----",
        "-----Eredeti üzenet-----", "-----Orijinal Mesaj-----", "-----Mesaj original-----",
        "-----Opprinnelig melding-----", "-----Alkuperäinen viesti-----"}) {
    EXPECT_EQ(cut_quoted_text(std::string(reply) + "\n\n" + mark + from), reply) << mark;
  }
}

TEST(QuotedLanguages, groupwise_marks_the_line_above_its_history) {
  for (const std::string said :
       {">>> Bo Ek <bo@x.example> 11/3/2026 10:00 AM >>>", ">>> Bo Ek 03.11.2026 10:00 >>>",
        ">>> \"Bo Ek\" <bo@x.example> 03/11/26 10:00 >>>", ">>> Bo Ek 3.11.2026 10:00 Uhr >>>",
        ">>> On 11/3/2026 at 10:00 AM, in message <5A0C0D@x.example>, Bo Ek <bo@x.example> "
        "wrote:",
        ">>> Am 03.11.2026 um 10:00 schrieb Bo Ek <bo@x.example> in Nachricht\n"
        "<5A0C0D@x.example>:"}) {
    expect_cut(said, false);
  }
  EXPECT_EQ(cut_quoted_html("<p>Yes</p><p>&gt;&gt;&gt; Bo Ek &lt;bo@x.example&gt; 11/3/2026 10:00 "
                            "AM &gt;&gt;&gt;<br>HISTORY</p><p>HISTORY</p>"),
            "<p>Yes</p>");
  // A prompt, a quote of three levels and a merge conflict are the customer's own.
  for (const std::string text :
       {"I type\n>>> import printer\nand it says\n>>> 10:00 >>>\nwhy?",
        "> one\n>> two\n>>> three\nmy answer", "It says:\n>>>>>>> 3.11.2026 branch\nwhat now?"}) {
    EXPECT_EQ(cut_quoted_text(text), text);
  }
}

TEST(QuotedLanguages, other_programs_are_known) {
  for (const std::string said :
       {"---- On Tue, 03 Nov 2026 10:00:00 +0100 Bo Ek <bo@x.example> wrote ----",
        "---- Am Di, 03 Nov 2026 10:00:00 +0100 Bo Ek <bo@x.example> schrieb ----",
        "---- Le mar., 03 nov. 2026 10:00:00 +0100 Bo Ek <bo@x.example> a écrit ----",
        "-----Bo Ek <bo@x.example> wrote: -----\nTo: help@y.example\nFrom: Bo Ek "
        "<bo@x.example>\nDate: 03/11/2026 10:00AM\nSubject: HISTORY",
        "From:\tBo Ek/Acme\nTo:\tSupport/Acme@Acme\nCc:\t\nDate:\t03/11/2026 10:00\nSubject:\t"
        "HISTORY",
        "Von:\tBo Ek/Acme\nAn:\tSupport/Acme@Acme\nKopie:\t\nDatum:\t03.11.2026 10:00\nBetreff:\t"
        "HISTORY",
        "----- Original Message -----\n\nFrom: Bo Ek <bo@x.example>\nTo: help@y.example\nDate: "
        "2026/11/3, Tue 10:00\nSubject: HISTORY",
        "Sent via Superhuman ( https://sprh.mn/?vip=a@y.example )\n\nOn Tue, Nov 03, 2026 at "
        "10:00 AM, Bo Ek < bo@x.example > wrote:",
        "Get Outlook for iOS<https://aka.ms/o0ukef>\n________________________________\nFrom: Bo Ek "
        "<bo@x.example>\nSent: Tuesday, November 3, 2026 10:00:00 AM\nTo: Support "
        "<help@y.example>\nSubject: HISTORY",
        "Sent with Proton Mail secure email.\n\nOn Tuesday, November 3rd, 2026 at 10:00 AM, Bo Ek "
        "<bo@x.example> wrote:",
        "Outlook for Android を入手\n________________________________\n差出人: Bo Ek "
        "<bo@x.example>\n送信日時: 2026年11月3日 10:00\n宛先: help@y.example\n件名: HISTORY"}) {
    expect_cut(said, false);
  }
}

TEST(QuotedLanguages, phones_sign_in_every_language) {
  for (const std::string line : {"从我的iPhone发送",
                                 "发自我的 iPhone",
                                 "發自我的 iPhone",
                                 "從我的 iPhone 傳送",
                                 "iPhoneから送信",
                                 "나의 iPhone에서 보냄",
                                 "내 iPhone에서 보냄",
                                 "Отправлено с iPhone",
                                 "Надіслано з iPhone",
                                 "iPhone'umdan gönderildi",
                                 "Odesláno z iPhonu",
                                 "Odoslané z iPhonu",
                                 "Az iPhone-omról küldve",
                                 "Wysłane z iPhone'a",
                                 "Trimis de pe iPhone-ul meu",
                                 "Lähetetty iPhonesta",
                                 "Στάλθηκε από το iPhone μου",
                                 "Dikirim dari iPhone saya",
                                 "Đã gửi từ iPhone của tôi",
                                 "Poslano z mojega iPhonea",
                                 "נשלח מה-iPhone שלי",
                                 "تم الإرسال من الـ iPhone",
                                 "Sent via Superhuman ( https://sprh.mn/?vip=a@y.example )",
                                 "Get Outlook for iOS<https://aka.ms/o0ukef>",
                                 "Get Outlook for Android <https://aka.ms/AAb9ysg>",
                                 "获取 Outlook for iOS",
                                 "Outlook for Android を入手",
                                 "Sent from Proton Mail Android",
                                 "Sent with Proton Mail secure email."}) {
    EXPECT_EQ(cut_quoted_text("It fails.\n\n" + line), "It fails.") << line;
  }
}

TEST(QuotedLanguages, the_customers_own_words_stay) {
  for (const std::string text :
       {// A list that looks like headings.
        "差出人: 東京\n宛先: 大阪\n日付: 月曜日", "От: склад\nКому: офис\nДата: понедельник",
        "Od: Kraków\nDo: Gdańsk\nData: poniedziałek", "من: القاهرة\nإلى: دبي\nنشلח: x",
        // Somebody who wrote something, in prose.
        "在 2026年11月3日 他写道：打印机坏了", "3 нояб. 2026 г. он написал:\nвсё сломано",
        "2026 보고서 작성:\n완료", "Στις 3 Νοε 2026 έγραψε:\nδεν δουλεύει",
        "2026/11/03 10:00 のメール:\n届きません", "W dniu 3.11.2026 o 10:00 pisze:\nbrak prądu",
        // Answers between the lines of a quote.
        "在 2026年11月3日，上午10:00，Bo Ek <bo@x.example> 写道：\n> 开着吗？\n是的\n> "
        "风扇呢？\n也是",
        "2026. 11. 3. 오전 10:00, Bo Ek <bo@x.example> 작성:\n> 켜져 있나요?\n네\n> 팬은?\n네",
        "발송: iPhone에서 보냄 버튼이 안 눌려요", "iPhoneから送信できません"}) {
    EXPECT_EQ(cut_quoted_text(text), text);
  }
}

}  // namespace
}  // namespace dw
