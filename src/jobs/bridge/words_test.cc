// Which words are thanks, and which are a command.
#include <gtest/gtest.h>

#include <array>

#include "jobs/bridge/context.h"
#include "jobs/bridge/speech.h"

namespace dw {
namespace {

/// Thanks and nothing besides.
constexpr auto thanks = std::to_array<const char*>({"thanks",
                                                    "Thanks!",
                                                    "thank you",
                                                    "Thank you so much :pray:",
                                                    "thx",
                                                    "ty",
                                                    "TYSM!!",
                                                    "many thanks <@U7>",
                                                    "Thanks a lot, <@U7|ana>!",
                                                    "cheers mate",
                                                    "great, thanks",
                                                    "🙏",
                                                    "thanks, works now",
                                                    "perfect thank you",
                                                    "Danke!",
                                                    "merci beaucoup",
                                                    "Thank you, team ❤️",
                                                    "thanks for the quick help",
                                                    "much appreciated",
                                                    "ok thanks",
                                                    "thanks :+1:",
                                                    ":pray::skin-tone-3:",
                                                    "🙏🏽",
                                                    "thank you :tada: :heart:",
                                                    ":thank_you_blob:",
                                                    "thanks :our_logo:",
                                                    "“Thank you…”",
                                                    "Thanks — works now",
                                                    "thanks, that’s perfect",
                                                    "Thanks Ana!",
                                                    "Vielen Dank!",
                                                    "Besten Dank 🙏🏿",
                                                    "Muchas gracias",
                                                    "Muito obrigado",
                                                    "Hartelijk dank",
                                                    "Grazie mille!!",
                                                    "Mange tak",
                                                    "Tusen tack",
                                                    "THANK YOU​",
                                                    "*Thanks!*",
                                                    "Ｔｈａｎｋｓ！",
                                                    "thanks！",
                                                    "Thank you",
                                                    "Thank you, Jonas.",
                                                    "Thanks a lot Ana Lopez",
                                                    "Thanks,\nAna",
                                                    "Ana, thanks!",
                                                    "Hi Zoë, thank you",
                                                    "thanks again",
                                                    "Thank you again Ana",
                                                    "Vielen Dank für die schnelle Hilfe!",
                                                    "DANKESCHÖN",
                                                    "Danke euch, läuft jetzt wieder",
                                                    "Merci à tous, ça marche maintenant",
                                                    "Mille mercis pour votre aide"});

constexpr auto more_thanks = std::to_array<const char*>({"¡Muchas gracias por la ayuda!",
                                                         "Gracias, ya funciona",
                                                         "Muito obrigada pela ajuda",
                                                         "Valeu pessoal!",
                                                         "Hartelijk dank, het werkt nu",
                                                         "bedankt voor je hulp",
                                                         "Grazie mille per l’aiuto",
                                                         "tante grazie a tutti",
                                                         "Mange tak for hjælpen",
                                                         "Tak, det virker nu",
                                                         "Danke, geht wieder",
                                                         "merci encore",
                                                         "Tack så mycket för hjälpen!",
                                                         "Stort tack, fungerar nu",
                                                         "Thank you very much indeed!",
                                                         "Thanks heaps",
                                                         "Thanks for the quick turnaround",
                                                         "Thank you for your prompt reply",
                                                         "Thanks for getting back to me",
                                                         "Thanks for letting me know",
                                                         "Thanks for the info",
                                                         "That did it, thanks!",
                                                         "Working again, thanks!",
                                                         "Danke euch allen",
                                                         "Alles klar, danke!",
                                                         "VIELEN DANK FÜR IHRE MÜHE",
                                                         "Danke im Voraus!",
                                                         "Merci bcp",
                                                         "Grand merci à toute l'équipe",
                                                         "Merci pour votre retour rapide",
                                                         "Merci d'avance",
                                                         "Je vous remercie pour votre aide",
                                                         "Merci, ça remarche",
                                                         "Mille fois merci",
                                                         "Muchas gracias por la respuesta rápida",
                                                         "Gracias de antemano",
                                                         "Gracias, ya está",
                                                         "Se lo agradezco mucho",
                                                         "Obrigado pelo retorno",
                                                         "Vlw",
                                                         "Obrigado desde já",
                                                         "Alvast bedankt",
                                                         "Grazie per la risposta veloce",
                                                         "Grazie, funziona",
                                                         "Grazie in anticipo",
                                                         "Mange tak for hurtigt svar",
                                                         "På forhånd tak",
                                                         "Tack så jättemycket",
                                                         "Tack för snabbt svar",
                                                         "Tack, nu funkar det",
                                                         "Tack på förhand",
                                                         "You're the best, thank you",
                                                         "Thx, have a nice day",
                                                         "Thanks and have a great weekend!",
                                                         "Thanks in advance",
                                                         "Danke, schönes Wochenende!",
                                                         "Merci bien, bonne journée",
                                                         "Gracias, buen fin de semana",
                                                         "Obg!",
                                                         "Brigadão, bom dia",
                                                         "Bedankt, fijne avond",
                                                         "Grazie, buona giornata",
                                                         "Tak, god weekend",
                                                         "Tack, ha en bra dag",
                                                         "Th\u00ADanks\u200B!",
                                                         "ＴＨＡＮＫ　ＹＯＵ",
                                                         "~Thanks~",
                                                         "> Thanks!"});

/// Something besides, or no thanks at all.
constexpr auto no_thanks = std::to_array<const char*>(
    {"",
     "ok",
     "no thanks",
     "thanks but it is not working",
     "thanks, one more question",
     "thank you. The printer is on fire again",
     "great",
     "it works now",
     "thankful people",
     "thanks, cómo lo hago",
     "danke, aber es geht noch immer nicht",
     "danke, wann kommt der neue",
     "merci, toujours en panne",
     "gracias, otra vez lo mismo",
     "obrigada, ainda não",
     "bedankt, maar nog steeds kapot",
     "grazie, ancora lo stesso errore",
     "tak, stadig nede",
     "tack, fortfarande trasig",
     "thanks！ still down",
     "thanks？",
     "thx, same issue",
     "thanks, reopen please",
     "thanks thanks thanks thanks thanks thanks thanks thanks thanks thanks "
     "thanks thanks thanks",
     "danke, das problem ist wieder da",
     "thanks?",
     "thanks, when?",
     "thanks, but it still fails",
     "thanks, it fails again",
     "down again, thanks",
     "still broken, thanks",
     "thanks. Again.",
     "thanks :thinking_face:",
     "thanks :-1:",
     "danke, geht nicht",
     "nein danke",
     "non merci",
     "no gracias",
     "nej tack",
     "nee bedankt",
     "merci mais ça ne marche pas",
     "gracias pero sigue igual",
     "obrigado, mas ainda falha",
     "grazie ma non funziona",
     "tak men det virker ikke",
     "tack men det fungerar inte",
     "Gracias. ¿Y el otro?",
     "thanks, Printer broke",
     "Thanks VPN is down",
     "Ana",
     "thanks <https://x.example/error>",
     "thanks <#C2|help>",
     "Thanks, working again?",
     "Thanks, not working again",
     "Danke, klappt immer noch nicht",
     "Merci, ça ne remarche pas",
     "Gracias, ya está roto",
     "Tack, nu funkar det inte",
     "Grazie, non funziona",
     "Ｔｈａｎｋｓ？",
     "thanks ⁉️",
     "thanks, down the rest of the day",
     "danke, seit einem Tag kaputt",
     "Danke, noch immer nicht",
     "merci, en panne toute la journée",
     "thanks, have a look"});

TEST(Thanks, common_forms_of_thanks_are_thanks) {
  for (const char* text : thanks) EXPECT_TRUE(is_thanks(text)) << text;
  for (const char* text : more_thanks) EXPECT_TRUE(is_thanks(text)) << text;
}

TEST(Thanks, other_languages_thank_too_and_joy_alone_is_thanks) {
  for (const char* text :
       {"ありがとうございます！", "谢谢", "謝謝你。", "Спасибо большое!", "спасибо за помощь",
        "teşekkürler", "감사합니다", "شكرا", "Děkuji moc", "köszönöm szépen", "mulțumesc",
        "thanks xx", "Thnks", ":+1:", "👍🏽", ":heart: :tada:", "<@U7> 🙌"}) {
    EXPECT_TRUE(is_thanks(text)) << text;
  }
  for (const char* text :
       {"谢谢，但还是不行", "ありがとう、でもまだ動きません", "спасибо, но не работает", "👎",
        ":fire:", "🚨", "👍?", "👍 it is down", "😢", ":our_logo:", ":eyes:", ""}) {
    EXPECT_FALSE(is_thanks(text)) << text;
  }
}

TEST(Thanks, anything_besides_is_no_thanks) {
  for (const char* text : no_thanks) EXPECT_FALSE(is_thanks(text)) << text;
}

TEST(Thanks, names_that_are_known_may_be_spelt_in_any_way) {
  EXPECT_FALSE(is_thanks("thanks ana"));
  EXPECT_TRUE(is_thanks("thanks ana", {{"U7", "Ana Lopez"}}));
  EXPECT_FALSE(is_thanks("thanks bo", {{"U7", "Ana Lopez"}}));
}

TEST(Closing, a_word_is_bare_of_what_stands_around_it) {
  const std::pair<std::string, std::string> cases[] = {
      {"Resolved…", "resolved"},
      {"  *Done!*  ", "done"},
      {"“Done”", "done"},
      {"¡Hecho!", "hecho"},
      {"— erledigt —", "erledigt"},
      {"«fermé»", "fermé"},
      {"DÉJÀ", "déjà"},
      {"完了。", "完了"},
      {"✅", "✅"},
      {":white_check_mark:", "✅"},
      {"✔️", "✔"},
      {"👍🏽", "👍"},
      {"done?", "done?"},
      {"all  done.", "all  done"},
      {"...", ""},
      {"Ｄｏｎｅ！", "done"},
      {"do\u200Bne", "done"},
      {"\u00A0GELÖST\u00A0", "gelöst"},
      {"GROSS", bare_word("groß")},
      {"", ""},
  };
  for (const auto& [text, word] : cases) EXPECT_EQ(bare_word(text), word) << text;
}

json::value said_to_us(const std::string& text) {
  return json::object{{"text", text}, {"is_mention_of_us", true}, {"our_id", "U1"}};
}

TEST(Message, our_name_goes_only_where_it_opens_the_message) {
  const std::pair<std::string, std::string> cases[] = {
      {"<@U1> note x", "note x"},
      {"<@U1>: note x", "note x"},
      {"<@U1|desk>, note x", "note x"},
      {"*<@U1>* note x", "note x"},
      {"• <@U1>\nnote x", "note x"},
      {"<@U2> can you and <@U1> help?", "<@U2> can you and <@U1> help?"},
      {"note for <@U1>", "note for <@U1>"},
      {"<@U1>", "<@U1>"},
  };
  for (const auto& [text, words] : cases) EXPECT_EQ(Context::raw_text(said_to_us(text)), words);
  EXPECT_FALSE(Context::behind_mention(said_to_us("note for <@U1>")));
}

TEST(Command, its_arguments_fit_or_it_is_speech) {
  const std::pair<std::string, std::string> cases[] = {
      {"status", "status"},
      {"Status?", "status"},
      {"status page is down", ""},
      {"oncall", "oncall"},
      {"oncall list is wrong", ""},
      {"priority HIGH", "priority HIGH"},
      {"priority", "priority"},
      {"priority mail does not arrive", ""},
      {"assign <@U9>", "assign <@U9>"},
      {"assign <@U9|ben>", "assign <@U9|ben>"},
      {"assign @ben", "assign @ben"},
      {"assign me a new laptop", ""},
      {"assign <@U9> to the team please", ""},
      {"stats 7d", "stats 7d"},
      {"stats", "stats"},
      {"stats page shows nothing", ""},
      {"note the customer is rude", "note the customer is rude"},
      {"note", "note"},
      {"link", "link"},
      {"link is broken", ""},
      {"open", "open"},
      {"open the door", ""},
      {"help me", ""},
      {"HELP!", "help"},
      {"statuses", ""},
      {"", ""},
  };
  for (const auto& [text, command] : cases) EXPECT_EQ(command_of(text), command) << text;
}

TEST(Message, its_id_says_when_it_was_sent) {
  const TimePoint otherwise{Millis(5)};
  EXPECT_EQ(time_of_message("1771290107.000400", otherwise), TimePoint(Millis(1'771'290'107'000)));
  EXPECT_EQ(time_of_message("1771290107.250000", otherwise), TimePoint(Millis(1'771'290'107'250)));
  EXPECT_EQ(time_of_message("100.1", otherwise), otherwise);
  EXPECT_EQ(time_of_message("", otherwise), otherwise);
}

}  // namespace
}  // namespace dw
