// What is private, whatever stands in front of the words that say so.
#include <gtest/gtest.h>

#include "jobs/bridge/context.h"

namespace dw {
namespace {

TEST(Private, the_prefix_counts_behind_any_mark) {
  for (const char* text : {"#internal he is rude",
                           "#internal",
                           "#INTERNAL: he is rude",
                           ": #internal he is rude",
                           ":#internal he is rude",
                           ", #internal he is rude",
                           "; #internal he is rude",
                           "... #internal he is rude",
                           "… #internal he is rude",
                           "! #internal he is rude",
                           "*#internal* he is rude",
                           "_#internal_ he is rude",
                           "*_#internal_* he is rude",
                           "~#internal~ he is rude",
                           "`#internal` he is rude",
                           "```#internal he is rude```",
                           "```\n#internal he is rude\n```",
                           "&gt; #internal he is rude",
                           "&gt;&gt;&gt; #internal he is rude",
                           "&gt;*#internal* he is rude",
                           "• #internal he is rude",
                           "- #internal he is rude",
                           "– #internal he is rude",
                           "* #internal he is rude",
                           "‣ #internal he is rude",
                           "· #internal he is rude",
                           "→ #internal he is rude",
                           "1. #internal he is rude",
                           "12) #internal he is rude",
                           "a. #internal he is rude",
                           "iv. #internal he is rude",
                           ":lock: #internal he is rude",
                           ":lock:#internal he is rude",
                           "🔒 #internal he is rude",
                           "🔒#internal he is rude",
                           "🤫🏽 #internal he is rude",
                           ":shushing_face::skin-tone-3: #internal he is rude",
                           ":our-lock: #internal he is rude",
                           "⚠️ #internal he is rude",
                           "“#internal” he is rude",
                           "\"#internal\" he is rude",
                           "‘#internal’ he is rude",
                           "«#internal» he is rude",
                           "(#internal) he is rude",
                           "[#internal] he is rude",
                           "{#internal} he is rude",
                           "<!here> #internal he is rude",
                           "<@U9> #internal he is rude",
                           "<@U9|bo>, #internal he is rude",
                           "<!subteam^S1|@sre> #internal he is rude",
                           "\u200B#internal he is rude",
                           "\u00A0#internal he is rude",
                           "\u3000#internal he is rude",
                           "\u00AD#internal he is rude",
                           "\u202A#internal he is rude",
                           "#\u200Binternal he is rude",
                           "#inter\u00ADnal he is rude",
                           "#*internal* he is rude",
                           "＃internal he is rude",
                           "＃ｉｎｔｅｒｎａｌ he is rude",
                           "<#C9|internal> he is rude",
                           "*<#C9|internal>* he is rude",
                           ": <#C9|internal> he is rude",
                           ":lock: <#C9|internal> he is rude",
                           "<#C9> he is rude"}) {
    EXPECT_TRUE(has_private_prefix(text, "#internal", {})) << text;
  }
}

TEST(Private, the_prefix_counts_behind_what_people_type_too) {
  for (const char* text :
       {"@here #internal he is rude", "@bo-ek.1: #internal he is rude",
        "@Deskwire, @Zoë #internal he is rude", "1.1 #internal he is rude",
        "1.2.3. #internal he is rude", "2: #internal he is rude", "3 - #internal he is rude",
        "[x] #internal he is rude", "[ ] #internal he is rude"}) {
    EXPECT_TRUE(has_private_prefix(text, "#internal", {})) << text;
  }
}

TEST(Private, a_prefix_inside_words_is_none) {
  for (const char* text :
       {"he is rude", "see #internal for more", "VPN: #internal says no", "3 of us are #internal",
        "2 #internal", "@bo see #internal", "10:32 #internal", "@ #intern", "1.1", "@bo", "",
        ":lock:", "...", "internal he is rude", "<@U9> please look, #internal is empty",
        "<https://x.example/> #internal", "<#C9|general> #internal", "<#C9|help> is empty"}) {
    EXPECT_FALSE(has_private_prefix(text, "#internal", {{"C8", "internal"}})) << text;
  }
  EXPECT_FALSE(has_private_prefix("#internal x", "", {}));
  EXPECT_FALSE(has_private_prefix("x", " ", {}));
}

TEST(Private, any_prefix_is_found_as_slack_writes_it) {
  struct Case {
    std::string prefix, text;
    bool is_private;
  };
  const Case cases[] = {
      {">>", "&gt;&gt; he is rude", true},
      {">>", "he is rude", false},
      {"&", "&amp; he is rude", true},
      {"!", "! he is rude", true},
      {"!", "he is rude!", false},
      {"--", "-- he is rude", true},
      {"--", "- he is rude", false},
      {"*", "*bold* words", true},
      {"_x_", "_x_ he is rude", true},
      {"🔒", ":lock: he is rude", true},
      {"🔒", "🔒 he is rude", true},
      {":lock:", "🔒 he is rude", true},
      {":lock:", ":lock: he is rude", true},
      {":lock:", ":wave: :lock: he is rude", true},
      {":lock:", ":wave: hello", false},
      {":our-lock:", ":our-lock: he is rude", true},
      {"🤫", ":shushing_face::skin-tone-3: he is rude", true},
      {"internal:", "Internal: he is rude", true},
      {"internal:", "*internal*: he is rude", true},
      {"internal:", "`internal:` he is rude", true},
      {"internal:", "internal： he is rude", true},
      {"internal:", "internal affairs", false},
      {"[internal]", "[Internal] he is rude", true},
      {"(private)", "*(private)* he is rude", true},
      {"intern ", "intern he is rude", true},
      {"nur für uns", "Nur für uns: er ist frech", true},
      {"NUR FÜR UNS", "nur für uns: er ist frech", true},
      {"vertraulich größe", "VERTRAULICH GRÖSSE er ist frech", true},
      {"1.", "1. he is rude", true},
      {"@team", "<!subteam^S1|@team> he is rude", true},
      {"@here", "<!here> he is rude", true},
      {"@bo", "<@U9|bo> he is rude", true},
      {"@bo", "<@U9> he is rude", true},
      {"#int", "<#C9|internal> he is rude", true},
  };
  for (const auto& [prefix, text, is_private] : cases) {
    EXPECT_EQ(has_private_prefix(text, prefix, {{"U9", "bo"}}), is_private)
        << prefix << " in " << text;
  }
}

json::value said(const std::string& text) {
  return json::object{{"text", text}, {"is_mention_of_us", true}, {"our_id", "U1"}};
}

TEST(Private, a_note_is_one_however_it_is_written) {
  const std::pair<std::string, std::string> cases[] = {
      {"<@U1> note he is rude", "note he is rude"},
      {"<@U1> note: he is rude", "note he is rude"},
      {"<@U1>: Note: he is rude", "note he is rude"},
      {"<@U1> note, he is rude", "note he is rude"},
      {"<@U1> note - he is rude", "note he is rude"},
      {"<@U1> note – he is rude", "note he is rude"},
      {"<@U1> note：he is rude", "note he is rude"},
      {"<@U1> note:he is rude", "note he is rude"},
      {"<@U1> *note* he is rude", "note he is rude"},
      {"<@U1> *note:* he is rude", "note he is rude"},
      {"<@U1> *note*: he is rude", "note he is rude"},
      {"<@U1> _note_ he is rude", "note he is rude"},
      {"<@U1> `note` he is rude", "note he is rude"},
      {"<@U1> `note he is rude`", "note he is rude`"},
      {"<@U1> \"note\" he is rude", "note he is rude"},
      {"<@U1> (note) he is rude", "note he is rude"},
      {"<@U1> - note he is rude", "note he is rude"},
      {"<@U1> — note he is rude", "note he is rude"},
      {"<@U1>; note he is rude", "note he is rude"},
      {"<@U1>! note he is rude", "note he is rude"},
      {"<@U1>. note he is rude", "note he is rude"},
      {"<@U1> • note he is rude", "note he is rude"},
      {"<@U1>\n• note he is rude", "note he is rude"},
      {"<@U1>\n&gt; note he is rude", "note he is rude"},
      {"<@U1> :memo: note he is rude", "note he is rude"},
      {"<@U1> 📝 note he is rude", "note he is rude"},
      {"<@U1> /note he is rude", "note he is rude"},
      {"<@U1> note\nhe is rude", "note he is rude"},
      {"<@U1> note\u00A0he is rude", "note he is rude"},
      {"<@U1>\u00A0note he is rude", "note he is rude"},
      {"<@U1>\u200Bnote he is rude", "note he is rude"},
      {"<@U1> ｎｏｔｅ he is rude", "note he is rude"},
      {"<@U1> <@U1> note he is rude", "note he is rude"},
      {"<@U9> <@U1> note he is rude", "note he is rude"},
      {":lock: <@U1> note he is rude", "note he is rude"},
      {"🔒 <@U1> note he is rude", "note he is rude"},
      {", <@U1> note he is rude", "note he is rude"},
      {"1. <@U1> note he is rude", "note he is rude"},
      {"“<@U1> note he is rude”", "note he is rude”"},
      {"`<@U1>` note he is rude", "note he is rude"},
      {"*<@U1> note* he is rude", "note he is rude"},
      {"<@U1> note", "note"},
      {"<@U1> *note*", "note"},
      {"Hi <@U1> note he is rude", "note he is rude"},
      {"Hey <@U1>, note: he is rude", "note he is rude"},
      {"cc <@U9> <@U1> note he is rude", "note he is rude"},
      {"<@U1> hi, note he is rude", "note he is rude"},
      {"<@U1> please note he is rude", "note he is rude"},
      {"<@U1> please add a note: he is rude", "note he is rude"},
      {"<@U1> internal note: he is rude", "note he is rude"},
      {"<@U1> *Private note* - he is rude", "note he is rude"},
      {"<@U1> add this as a note: he is rude", "note he is rude"},
      {"<@U1> the note you sent is wrong", ""},
      {"<@U1> a note from the vendor says no", ""},
      {"<@U1> please add a printer", ""},
      {"<@U1> the internal network is down", ""},
      {"high <@U1> note he is rude", ""},
      {"the printer <@U1> note", ""},
      {"<@U1> notes are lost", ""},
      {"<@U1> note-taking app is down", ""},
      {"<@U1> noted", ""},
      {"<@U1> hello", ""},
      {"please <@U1> note that", ""},
  };
  for (const auto& [text, command] : cases) {
    EXPECT_EQ(command_in("chat.message", said(text)), command) << text;
  }
}

TEST(Private, a_note_to_a_name_that_slack_left_as_text_is_one) {
  const auto typed = [](const std::string& text) {
    return json::object{{"text", text}, {"is_mention_of_us", false}, {"our_name", "Desk Helper"}};
  };
  const std::pair<std::string, std::string> cases[] = {
      {"@Deskwire note he is rude", "note he is rude"},
      {"@deskwire: note he is rude", "note he is rude"},
      {"@DESKWIRE, *note* he is rude", "note he is rude"},
      {"＠Deskwire note he is rude", "note he is rude"},
      {"@ Deskwire note he is rude", "note he is rude"},
      {"*@Deskwire* note he is rude", "note he is rude"},
      {"`@Deskwire note he is rude`", "note he is rude`"},
      {"&gt; @Deskwire note he is rude", "note he is rude"},
      {"🔒 @Deskwire\nnote he is rude", "note he is rude"},
      {"@desk helper note he is rude", "note he is rude"},
      {"/desk note he is rude", "note he is rude"},
      {" /desk  note: he is rude", "note he is rude"},
      {"@Deskwire status", "status"},
      {"@Deskwire status page is down", ""},
      {"@deskwire.example note", ""},
      {"@deskwires note he is rude", ""},
      {"please tell @Deskwire note that", ""},
      {"/desktop note he is rude", ""},
      {"/desk is broken", ""},
      {"Deskwire note he is rude", ""},
  };
  for (const auto& [text, command] : cases) {
    EXPECT_EQ(command_in("chat.message", typed(text)), command) << text;
  }
  for (const char* words : {"@deskwire.example is down", "/desk is broken", "@Deskwire hello"}) {
    EXPECT_EQ(Context::raw_text(typed(words)), words);
  }
}

TEST(Message, what_is_no_command_keeps_all_its_words) {
  const std::pair<std::string, std::string> cases[] = {
      {"<@U1> VPN is down", "VPN is down"},
      {"<@U1>: *VPN* is down", "*VPN* is down"},
      {"<@U1> - VPN is down", "- VPN is down"},
      {"<@U1> :fire: VPN is down", ":fire: VPN is down"},
      {":fire: <@U1> VPN is down", ":fire: <@U1> VPN is down"},
      {"<@U9> <@U1> VPN is down", "<@U9> <@U1> VPN is down"},
      {"<@U1> <@U9> VPN is down", "<@U9> VPN is down"},
      {"<@U1> 1. VPN is down", "1. VPN is down"},
  };
  for (const auto& [text, words] : cases) EXPECT_EQ(Context::raw_text(said(text)), words) << text;
}

}  // namespace
}  // namespace dw
