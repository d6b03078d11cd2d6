// Mails as clients write them, in our own words: each in nine languages, with a reply that must
// come through whole and a history of which nothing may.
#include "jobs/quoted.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "domain/mrkdwn.h"
#include "jobs/mail_lines.h"
#include "jobs/mail_words.h"

namespace dw {
namespace {

struct Language {
  std::string name;
  std::string wrote;                 ///< with {} for the sender's name and address, as it is read
  std::vector<std::string> headers;  ///< From, Sent, To, Subject
  std::string original, forwarded, forward_begins, phone, outlook;
};

const std::vector<Language> languages = {{"en",
                                          "On Tue, Nov 3, 2026 at 10:00 AM {} wrote:",
                                          {"From", "Sent", "To", "Subject"},
                                          "Original Message",
                                          "Forwarded message",
                                          "Begin forwarded message:",
                                          "Sent from my iPhone",
                                          "Get Outlook for Android"},
                                         {"de",
                                          "Am Di., 3. Nov. 2026 um 10:00 Uhr schrieb {}:",
                                          {"Von", "Gesendet", "An", "Betreff"},
                                          "Ursprüngliche Nachricht",
                                          "Weitergeleitete Nachricht",
                                          "Anfang der weitergeleiteten Nachricht:",
                                          "Von meinem iPhone gesendet",
                                          "Gesendet von Outlook für iOS"},
                                         {"fr",
                                          "Le mar. 3 nov. 2026 à 10:00, {} a écrit\u00A0:",
                                          {"De", "Envoyé", "À", "Objet"},
                                          "Message d'origine",
                                          "Message transféré",
                                          "Début du message transféré :",
                                          "Envoyé de mon iPhone",
                                          "Télécharger Outlook pour iOS"},
                                         {"es",
                                          "El mar, 3 nov 2026 a las 10:00, {} escribió:",
                                          {"De", "Enviado el", "Para", "Asunto"},
                                          "Mensaje original",
                                          "Mensaje reenviado",
                                          "Inicio del mensaje reenviado:",
                                          "Enviado desde mi iPhone",
                                          "Obtener Outlook para iOS"},
                                         {"pt",
                                          "Em ter., 3 de nov. de 2026 às 10:00, {} escreveu:",
                                          {"De", "Enviada em", "Para", "Assunto"},
                                          "Mensagem Original",
                                          "Mensagem encaminhada",
                                          "Início da mensagem encaminhada:",
                                          "Enviado do meu iPhone",
                                          "Obter o Outlook para Android"},
                                         {"nl",
                                          "Op di 3 nov 2026 om 10:00 schreef {}:",
                                          {"Van", "Verzonden", "Aan", "Onderwerp"},
                                          "Oorspronkelijk bericht",
                                          "Doorgestuurd bericht",
                                          "Begin doorgestuurd bericht:",
                                          "Verstuurd vanaf mijn iPhone",
                                          "Outlook voor iOS downloaden"},
                                         {"it",
                                          "Il giorno mar 3 nov 2026 alle ore 10:00 {} ha scritto:",
                                          {"Da", "Inviato", "A", "Oggetto"},
                                          "Messaggio originale",
                                          "Messaggio inoltrato",
                                          "Inizio messaggio inoltrato:",
                                          "Inviato da iPhone",
                                          "Scarica Outlook per iOS"},
                                         {"da",
                                          "Den tirs. 3. nov. 2026 kl. 10.00 skrev {}:",
                                          {"Fra", "Sendt", "Til", "Emne"},
                                          "Oprindelig meddelelse",
                                          "Videresendt meddelelse",
                                          "Start på videresendt besked:",
                                          "Sendt fra min iPhone",
                                          "Hent Outlook til iOS"},
                                         {"sv",
                                          "Den tis 3 nov. 2026 kl 10:00 skrev {}:",
                                          {"Från", "Skickat", "Till", "Ämne"},
                                          "Ursprungligt meddelande",
                                          "Vidarebefordrat meddelande",
                                          "Början på vidarebefordrat meddelande:",
                                          "Skickat från min iPhone",
                                          "Hämta Outlook för Android"}};

constexpr const char* sender = "Bo Ek &lt;<a href=\"mailto:bo@x.example\">bo@x.example</a>&gt;";

std::string attribution(const Language& language) {
  return fmt::format(fmt::runtime(language.wrote), sender);
}

/// The four lines, with `end` behind each and the label between `open` and `close`.
std::string headers(const Language& language, const std::string& open, const std::string& close,
                    const std::string& end) {
  const std::string values[] = {"Bo Ek &lt;bo@x.example&gt;", "3.11.2026 10:00",
                                "Support &lt;help@y.example&gt;", "HISTORY of the scanner"};
  std::string out;
  for (size_t i = 0; i < 4; ++i) {
    const std::string colon = language.name == "fr" ? "&nbsp;:" : ":";
    out += open + language.headers[i] + colon + close + " " + values[i] + end;
  }
  return out;
}

struct Client {
  std::string name;
  std::string (*write)(const Language& language);
};

const std::string reply = "<div>ANSWER one: the light is green.</div><div>ANSWER two</div>";
const std::string history = "<div>HISTORY the light is red.</div><div>HISTORY bye</div>";

const std::vector<Client> clients = {
    {"Gmail",
     [](const Language& l) {
       return "<div dir=\"ltr\">" + reply +
              "</div><br><div class=\"gmail_quote "
              "gmail_quote_container\"><div dir=\"ltr\" class=\"gmail_attr\">" +
              attribution(l) +
              "<br></div><blockquote class=\"gmail_quote\" style=\"margin:0 0 0 .8ex\">" + history +
              "</blockquote></div>";
     }},
    {"Gmail, answered below",
     [](const Language& l) {
       return "<div class=\"gmail_quote\"><div class=\"gmail_attr\">" + attribution(l) +
              "<br></div><blockquote class=\"gmail_quote\">" + history + "</blockquote>" + reply +
              "</div>";
     }},
    {"Gmail, with its classes taken away",
     [](const Language& l) {
       return reply + "<br><div><div>" + attribution(l) + "<br></div><blockquote>" + history +
              "</blockquote></div>";
     }},
    {"Gmail, with a signature",
     [](const Language& l) {
       return reply +
              "<span class=\"gmail_signature_prefix\">-- </span><br><div "
              "class=\"gmail_signature\"><div>HISTORY Ana Lopez</div><div>HISTORY +47 55</div>"
              "</div><div class=\"gmail_quote\"><div class=\"gmail_attr\">" +
              attribution(l) + "</div><blockquote class=\"gmail_quote\">" + history +
              "</blockquote></div>";
     }},
    {"Outlook on a desktop",
     [](const Language& l) {
       return "<div class=\"WordSection1\"><p class=\"MsoNormal\">" + reply +
              "</p><p class=\"MsoNormal\"><o:p>&nbsp;</o:p></p><div><div style=\"border:none;"
              "border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm\"><p "
              "class=\"MsoNormal\">" +
              headers(l, "<b>", "</b>", "<br>") + "</p></div></div>" + history + "</div>";
     }},
    {"Outlook in a browser",
     [](const Language& l) {
       return "<div class=\"elementToProof\">" + reply +
              "</div><div id=\"appendonsend\"></div><hr style=\"width:98%\"><div "
              "id=\"divRplyFwdMsg\" dir=\"ltr\"><font>" +
              headers(l, "<b>", "</b>", "<br>") + "</font><div>&nbsp;</div></div>" + history;
     }},
    {"Outlook on a phone",
     [](const Language& l) {
       return reply + "<div id=\"ms-outlook-mobile-signature\">" + l.outlook +
              "</div><hr><div id=\"divRplyFwdMsg\">" + headers(l, "<b>", "</b>", "<br>") +
              "</div>" + history;
     }},
    {"Outlook of old",
     [](const Language& l) {
       return reply + "<p>-----" + l.original + "-----<br>" + headers(l, "<b>", "</b>", "<br>") +
              "</p>" + history;
     }},
    {"Apple Mail",
     [](const Language& l) {
       return "<div>" + reply + "</div><div><br><blockquote type=\"cite\"><div>" + attribution(l) +
              "</div><br class=\"Apple-interchange-newline\"><div>" + history +
              "</div></blockquote></div>";
     }},
    {"iPhone",
     [](const Language& l) {
       return reply + "<br id=\"lineBreakAtBeginningOfSignature\"><div dir=\"ltr\">" + l.phone +
              "</div><div dir=\"ltr\"><br><blockquote type=\"cite\">" + attribution(l) +
              "<br><br></blockquote></div><blockquote type=\"cite\"><div dir=\"ltr\">" + history +
              "</div></blockquote>";
     }},
    {"Thunderbird",
     [](const Language& l) {
       return "<p>" + reply + "</p><div class=\"moz-cite-prefix\">" + attribution(l) +
              "<br></div><blockquote type=\"cite\" cite=\"mid:1@x\">" + history +
              "</blockquote><br>";
     }},
    {"Thunderbird, answered below",
     [](const Language& l) {
       return "<div class=\"moz-cite-prefix\">" + attribution(l) +
              "<br></div><blockquote type=\"cite\">" + history + "</blockquote><p>" + reply +
              "</p><div class=\"moz-signature\">-- <br>HISTORY Ana Lopez</div>";
     }},
    {"Yahoo",
     [](const Language& l) {
       return "<div>" + reply +
              "</div><div id=\"yahoo_quoted_77\" class=\"yahoo_quoted\"><div>"
              "<div>" +
              attribution(l) + "</div><div><br></div>" + history + "</div></div>";
     }},
    {"Proton",
     [](const Language& l) {
       return reply + "<div class=\"protonmail_signature_block\">" + l.phone +
              "</div><div class=\"protonmail_quote\">" + attribution(l) +
              "<br><blockquote class=\"protonmail_quote\" type=\"cite\">" + history +
              "</blockquote></div>";
     }},
    {"Samsung",
     [](const Language& l) {
       return reply + "<div>" + l.phone + "</div><div><br></div><div>-------- " + l.original +
              " --------</div>" + headers(l, "<div>", "", "</div>") + "<div><br></div>" + history;
     }},
    {"A mail of plain text",
     [](const Language& l) {
       return "<p>ANSWER one: the light is green.<br>ANSWER two</p><p>" + attribution(l) +
              "<br>&gt; HISTORY the light is red.<br>&gt;<br>&gt;&gt; HISTORY older</p>";
     }},
    {"A mail of plain text, answered below", [](const Language& l) {
       return "<p>" + attribution(l) +
              "<br>&gt; HISTORY the light is red.<br>&gt; HISTORY more<br><br>ANSWER one: the "
              "light is green.<br>ANSWER two</p>";
     }}};

/// How many of the reply's words are there, and whether any of the history's is.
void expect_reply_only(const std::string& made, const std::string& what) {
  for (const char* word : {"ANSWER one: the light is green.", "ANSWER two"}) {
    EXPECT_NE(made.find(word), std::string::npos) << what << "\n" << made;
  }
  for (const char* word : {"HISTORY", "bo@x", "10:00", "Outlook", "iPhone", "----"}) {
    EXPECT_EQ(made.find(word), std::string::npos) << what << " leaves " << word << "\n" << made;
  }
}

TEST(Quoted, history_is_cut_in_every_client_and_language_and_no_word_of_the_reply_is) {
  for (const Client& client : clients) {
    for (const Language& language : languages) {
      const std::string html = client.write(language);
      const std::string what = client.name + ", " + language.name;
      expect_reply_only(mrkdwn_of_html(cut_quoted_html(html)), what);
      expect_reply_only(mrkdwn_of_html(cut_quoted_html("<div class=\"zd-comment\" dir=\"auto\">" +
                                                       html + "</div>")),
                        what + ", at Zendesk");
    }
  }
}

/// The page as a desk makes plain text of it.
std::string text_version(const std::string& html) {
  std::string out;
  for (const MailLine& line : lines_of_mail_html(html)) {
    out += (line.quote == MailLine::Quote::none ? "" : "> ") + line.text + "\n";
  }
  return out;
}

TEST(Quoted, history_is_cut_in_plain_text_too) {
  for (const Client& client : clients) {
    // Their history is known by the element that it is in, and plain text has none.
    if (client.name.find("signature") != std::string::npos || client.name == "Yahoo") continue;
    if (client.name.find("Thunderbird, ") == 0 || client.name == "Proton") continue;
    for (const Language& language : languages) {
      const std::string text = text_version(client.write(language));
      expect_reply_only(cut_quoted_text(text), client.name + ", " + language.name + "\n" + text);
    }
  }
}

TEST(Quoted, a_forwarded_mail_is_carried_whole) {
  for (const Language& l : languages) {
    const std::string pages[] = {
        "<div class=\"gmail_quote\"><div class=\"gmail_attr\">---------- " + l.forwarded +
            " ---------<br>" + headers(l, "", "", "<br>") + "</div>" + history + "</div>",
        "<div>please look</div><div class=\"gmail_quote\"><div class=\"gmail_attr\">---------- " +
            l.forwarded + " ---------<br>" + headers(l, "", "", "<br>") + "</div>" + history +
            "</div>",
        "<div>" + l.phone + "<br><blockquote type=\"cite\"><div>" + l.forward_begins +
            "</div><br><div>" + headers(l, "<b>", "</b>", "<br>") + "</div><div>" + history +
            "</div></blockquote></div>",
        "<p>please look</p><div class=\"moz-forward-container\"><br>-------- " + l.forwarded +
            " --------<table class=\"moz-email-headers-table\"><tr><td>" +
            headers(l, "", "", "</td></tr><tr><td>") + "</td></tr></table>" + history + "</div>",
        "<p>FYI</p><div id=\"divRplyFwdMsg\">" + headers(l, "<b>", "</b>", "<br>") + "</div>" +
            history,
        "<p>Here is what the vendor says:</p><p>" + headers(l, "<b>", "</b>", "<br>") + "</p>" +
            history};
    for (const std::string& page : pages) EXPECT_EQ(cut_quoted_html(page), page);
  }
}

TEST(Quoted, prose_is_never_cut) {
  for (const std::string page :
       {"<p>Good news.</p><p>On our page of 3 November the vendor wrote: it ships today.</p><p>Try "
        "again at noon.</p>",
        "<p>In March 2026 the vendor wrote:</p><blockquote>it ships today</blockquote><p>So please "
        "wait.</p>",
        "<p>On 3 November at 10:00 the vendor wrote:</p><blockquote>it ships</blockquote><p>So "
        "please wait.</p>",
        "<p>The vendor wrote on 3 November:</p><p>it ships today</p>",
        "<p>It came on 3 November 2026 at 10:00. Ask Bo &lt;bo@x.example&gt;:</p><p>is it red?</p>",
        "<p>Since 10:00 there is a mail from Bo &lt;bo@x.example&gt;:</p><p>it is red</p>",
        "<p>Your trip:</p><p>From: Oslo<br>To: Bergen<br>Date: 3 November</p><p>Is that right?</p>",
        "<p>From: now on<br>call us</p>",
        "<p>Date: 3.11.2026 10:00</p><p>Subject: none</p>",
        "<p>Compare:</p><p>--</p><p>Then tell us which of the two you would like to have?</p>",
        "<p>use --force</p><p>a -- b</p>",
        "<p>-- starts with dashes</p>",
        "<p>I have sent from my iPhone to yours, and nothing came.</p>",
        "<p>Sent from my iPhone it works, but not from the laptop.</p>",
        "<p>I use Outlook for iOS</p>",
        "<p>Original message</p><p>is what the field is called</p>",
        "<p>he said</p><blockquote>no</blockquote><p>and I say yes</p>",
        "<p>as he says:</p><blockquote type=\"cite\">no</blockquote>",
        "<p>He told us:</p><blockquote>On 3 Nov 2026 at 10:00 Bo &lt;bo@x.example&gt; wrote:<br>it "
        "ships</blockquote>",
        "<p>See</p><blockquote>On 3 Nov 2026 at 10:00 Bo &lt;bo@x.example&gt; wrote:<br>it "
        "ships</blockquote><p>So wait</p>",
        "<p>Das habe ich am 3.11. geschrieben:</p><p>es ist rot</p>",
        "<p>A</p><blockquote type=\"cite\">is it on?</blockquote><p>yes</p><blockquote "
        "type=\"cite\">and green?</blockquote><p>no, red</p>",
        "<div class=\"gmail_quote\"><p>A brand new question: why?</p></div>",
        "<p>Sent from my iPhone</p>",
        "",
        "<p></p>",
        "<img src=\"x\">"}) {
    EXPECT_EQ(cut_quoted_html(page), page);
  }
  for (const std::string text : {"run it with --force now", "a -- b\n--- c", "> did it?\nYes",
                                 "On Monday he wrote: hello", "On our page they wrote:\nit ships",
                                 "one\n--\ntwo is the "
                                 "better choice for all of us.",
                                 "From: Oslo\nTo: Bergen\nDate: Monday"}) {
    EXPECT_EQ(cut_quoted_text(text), text);
  }
}

TEST(Quoted, nothing_is_cut_where_nothing_would_be_left) {
  for (const Client& client : clients) {
    const std::string page = replace_all(replace_all(client.write(languages[0]), reply, ""),
                                         "ANSWER one: the light is green.", "");
    if (page.find("ANSWER") != std::string::npos) continue;
    EXPECT_EQ(cut_quoted_html(page), page) << client.name;
  }
  EXPECT_EQ(cut_quoted_text("> all of it\n> quoted"), "> all of it\n> quoted");
  EXPECT_EQ(cut_quoted_text("--\nAna"), "--\nAna");
}

TEST(Quoted, a_mail_that_opens_a_ticket_is_carried_whole_but_for_its_signature) {
  for (const std::string text :
       {"---------- Forwarded message ---------\nFrom: Bo <b@x>\n\nThe bill is wrong.\n-- \nBo",
        "Look:\n\nOn Mon, 23 Nov 2026 at 10:00, Ben <b@x.example> wrote:\n> the light is red",
        "please help\n\nFrom: Ben <b@x>\nSent: Monday\nTo: Ana\nSubject: x\n\nIt is red."}) {
    EXPECT_EQ(cut_signature_of_first(text), text);
  }
  EXPECT_EQ(cut_signature_of_first("It burns.\n-- \nCust"), "It burns.");
}

TEST(Quoted, a_signature_needs_a_line_of_its_own) {
  EXPECT_EQ(cut_quoted_text("Hello\n-- \nAna\nACME"), "Hello");
  EXPECT_EQ(cut_quoted_text("Hello\n--\nAna"), "Hello");
  EXPECT_EQ(cut_quoted_html("<p>Yes</p><p>-- <br>Ana</p>"), "<p>Yes</p>");
  EXPECT_EQ(mrkdwn_of_html(cut_quoted_html("Yes<br>-- <br>Ana")), "Yes");
  EXPECT_EQ(cut_quoted_text("It fails.\n\nSent from my iPad"), "It fails.");
  EXPECT_EQ(cut_quoted_text("It fails.\n\nGet Outlook for iOS"), "It fails.");
}

TEST(Quoted, a_signature_may_hang_on_one_long_dash) {
  EXPECT_EQ(cut_quoted_text("Hello\n\n—\nAna Lopez\nACME, +34 91 000"), "Hello");
  EXPECT_EQ(cut_quoted_text("Hello\n\n–\nAna"), "Hello");
  EXPECT_EQ(cut_quoted_html("<p>Yes</p><div>—<br>Ana</div>"), "<p>Yes</p>");
  for (const std::string text : {"Hello\n-\nAna", "— yes\n— no", "Hello — Ana",
                                 "one\n—\ntwo is the better choice for all."}) {
    EXPECT_EQ(cut_quoted_text(text), text);
  }
}

TEST(Quoted, other_forms_of_history_are_cut) {
  for (const std::string text :
       {"Yes\n\nOn Mon, 23 Nov 2026 at 10:00, Ben\n<ben@x.example> wrote:\n> a",
        "Yes\n\nBen Ek wrote on 23.11.26 10:00:\n> a", "Yes\n-----Original Message-----\nFrom: Ben",
        "Yes\n\n________________________________\nFrom: Ben\nSent: Monday\nTo: Ana\nSubject: "
        "x\n\na",
        "Yes\n\nFrom: Ben <b@x>\nSent: Monday\nTo: Ana",
        "Yes\n\n*From:* Ben <b@x>\n*Sent:* Monday\n*To:* Ana; Bo;\nCy; Di\n*Subject:* x\n\na",
        "Yes\n\n> did it?\n> really?",
        "Yes\n\n##- Please type your reply above this line -##\n\nold",
        "Yes\n\n‐‐‐‐‐‐‐ Original Message ‐‐‐‐‐‐‐\nOn Monday, 23 November 2026 10:00, Ben "
        "<b@x.example> wrote:\n\nold"}) {
    EXPECT_EQ(cut_quoted_text(text), "Yes") << text;
  }
  EXPECT_EQ(cut_quoted_html("<p>Yes</p><div class=\"gmail_quote\">On Mon, Ben wrote:<blockquote>x"
                            "</blockquote></div>"),
            "<p>Yes</p>");
  EXPECT_EQ(cut_quoted_html("<p>Yes</p><div class=\"moz-cite-prefix\">Bo:</div><blockquote "
                            "type=\"cite\">x</blockquote>"),
            "<p>Yes</p>")
      << "in any language";
}

TEST(Quoted, every_form_of_an_attribution_is_known) {
  for (const std::string said :
       {"Op 3 nov 2026, om 10:00 heeft Bo Ek <bo@x.example> het volgende geschreven:",
        "tir. 3. nov. 2026 kl. 10:00 skrev Bo Ek <bo@x.example>:",
        "tir. 3. nov. 2026 kl. 10:00 skrev Bo Ek <\nbo@x.example>:",
        "tir. 3. nov. 2026 kl. 10:00 skrev Bo Ek\n<bo@x.example>:",
        "3 nov. 2026 kl. 10:00 skrev Bo Ek\n<bo@x.example>:",
        "Bo Ek <bo@x.example> escreveu (terça, 3/11/2026 à(s) 10:00):",
        "Às 10:00 de 03/11/2026, Bo Ek escreveu:",
        "Den 2026-11-03 kl. 10:00, skrev Bo Ek:",
        "El mar, 3 nov 2026 a las 10:00, Bo Ek (<bo@x.example>) escribió:",
        "Пятница, 27 ноября 2026, 12:00 +03:00 от Bo Ek <bo@x.example>:",
        "Friday, November 27, 2026 12:00 PM +03:00 from Bo Ek <bo@x.example>:",
        "П'ятниця, 27 листопада 2026, 12:00 +02:00 від Bo Ek <bo@x.example>:",
        "27.11.2026, 12:00, \"Bo Ek\" <bo@x.example>:",
        "Am Di., 3. Nov. 2026, 10:00 hat Bo Ek <bo@x.example> geschrieben:",
        "Am Dienstag, 3. November 2026 um 10:00:00 MEZ hat Bo Ek <bo@x.example> Folgendes "
        "geschrieben:",
        "Den tis 3 nov. 2026 10:00Bo Ek <bo@x.example> skrev:",
        "El mar, 3 de nov. de 2026, 10:00 a. m., Bo Ek (<bo@x.example>) escribió:",
        "On Tue, Nov 03, 2026 at 10:00 AM, Bo Ek < bo@x.example > wrote:",
        "wt., 3 lis 2026 o 10:00 Bo Ek <bo@x.example> napisał(a):",
        "-----\"Bo Ek\" <bo@x.example> wrote: -----",
        "Bo Ek <bo@x.example> schrieb am Di., 3. Nov. 2026, 10:00:",
        "* Bo Ek <bo@x.example> [2026-11-03 10:00]:",
        "Quoting Bo Ek <bo@x.example>:",
        "Zitat von Bo Ek <bo@x.example>:",
        "Bo Ek <bo@x.example> writes:",
        "3. Nov. 2026, 10:00 von bo@x.example:",
        "Nov 3, 2026, 10:00 by bo@x.example:"}) {
    EXPECT_EQ(cut_quoted_text("Yes\n\n" + said + "\n\n> is it on?\n> \n>> older"), "Yes") << said;
    EXPECT_EQ(cut_quoted_text(said + "\n> is it on?\n\nYes"), "Yes") << said;
  }
}

TEST(Quoted, other_clients_are_known_too) {
  const std::string old = "<div>HISTORY the light is red.</div>";
  for (const std::string& page :
       {"<div>------ Original Message ------</div><div>From &quot;Bo&quot; "
        "&lt;bo@x.example&gt;</div>"
        "<div>To s@y.example</div><div>Date 03.11.2026 10:00:00</div><div>Subject HISTORY</div>" +
            old,
        "<div name=\"quote\"><div><b>Gesendet:</b>&nbsp;Dienstag, 03. November 2026 um 10:00 "
        "Uhr<br>"
        "<b>Von:</b>&nbsp;Bo &lt;bo@x.example&gt;<br><b>An:</b>&nbsp;s@y.example<br><b>Betreff:</b>"
        "&nbsp;HISTORY</div>" +
            old + "</div>",
        "<div>---- On Tue, 03 Nov 2026 10:00:00 +0100 Bo &lt;bo@x.example&gt; wrote ----</div>" +
            old,
        std::string("<div id=\"composer_signature\">HISTORY Bo</div>"),
        "<div name=\"messageReplySection\">On 3 Nov 2026 at 10:00 +0100, Bo Ek "
        "&lt;bo@x.example&gt;, "
        "wrote:<br><blockquote type=\"cite\" class=\"spark_quote\">" +
            old + "</blockquote></div>",
        "<br><blockquote style=\"border-left:1px solid #0857A6\">Пятница, 27 ноября 2026, 10:00 "
        "+03:00 от Bo Ek &lt;bo@x.example&gt;:<br>&nbsp;<br><div>" +
            old + "</div></blockquote>",
        "<p id=\"reply-intro\">On 2026-11-03 10:00, Bo Ek wrote:</p><blockquote type=\"cite\">" +
            old + "</blockquote>",
        "<div id=\"ymail_android_signature\">HISTORY Yahoo Mail: Search, Organize</div><br>"
        "<blockquote style=\"margin: 0 0 20px 0;\"><div>On Tue, Nov 3, 2026 at 10:00 AM, Bo Ek"
        "</div><div>&lt;bo@x.example&gt; wrote:</div><div>" +
            old + "</div></blockquote>",
        "<div id=\"mail-editor-reference-message-container\"><div style=\"border-top: 1pt solid\">"
        "<b>From:</b> Bo Ek<br><b>Date:</b> Tuesday<br><b>Subject:</b> HISTORY<br></div>" +
            old + "</div>",
        std::string("<br><div data-smartmail=\"gmail_signature\">HISTORY one hand</div>"),
        "<div>-- <br></div><div>Sent with Tuta; enjoy secure &amp; ad-free "
        "emails.<br></div><div><br>"
        "</div><div>3. Nov. 2026, 10:00 von bo@x.example:<br></div><blockquote "
        "class=\"tutanota_quote\">" +
            old + "</blockquote>",
        "<div name=\"messageSignatureSection\"><br>HISTORY Ana</div><div "
        "name=\"messageReplySection\">Am 3. Nov. 2026, 10:00 +0100 schrieb Bo Ek "
        "&lt;bo@x.example&gt;:<blockquote type=\"cite\">" +
            old + "</blockquote></div>",
        "<div class=\"replyHeader\">-----Original-Nachricht-----<br>Betreff: HISTORY<br>Datum: "
        "2026-11-03T10:00:00+0100<br>Von: \"Bo\" &lt;bo@x.example&gt;<br>An: s@y.example</div>" +
            old,
        "<br><blockquote style=\"border-left: 1px solid #ff6600;\">Message du 03/11/26 10:00<br>"
        "De : \"Bo\" &lt;bo@x.example&gt;<br>A : s@y.example<br>Copie à : <br>Objet : HISTORY"
        "<br>" +
            old + "</blockquote>"}) {
    expect_reply_only(mrkdwn_of_html(cut_quoted_html(reply + page)), page);
  }
}

TEST(Quoted, what_a_phone_writes_below_a_mail_goes) {
  for (const std::string line :
       {"Von meinem/meiner Galaxy gesendet",
        "Diese Nachricht wurde von meinem Android Mobiltelefon mit GMX Mail gesendet.",
        "Sent from my Verizon, Samsung Galaxy smartphone",
        "Sent using Zoho Mail",
        "Please excuse brevity. Sent from my iPhone",
        "Sent from my iPhone. Please excuse typos.",
        "Sent from my phone - please excuse any typos",
        "Verzonden vanuit Outlook voor Android",
        "Verzonden vanuit Mail voor Windows",
        "Enviado do Outlook para Android",
        "Enviado do Yahoo Mail para Android",
        "Enviado do Correio para Windows",
        "Baixar o Outlook para Android",
        "Skickades från Outlook för iOS",
        "Sent from Thunderbird for Android",
        "Envoyé depuis mon appareil Galaxy",
        "Sent with ProtonMail Secure Email.",
        "Отправлено из Почты Mail",
        "Von Outlook für Android gesendet",
        "[Sent from my iPhone]",
        "(Sent from my iPhone)",
        "*Sent from my iPhone*",
        "- Sent from my iPad"}) {
    EXPECT_EQ(cut_quoted_text("It fails.\n\n" + line), "It fails.") << line;
  }
  for (const std::string line :
       {"Sent from my iPhone, please advise", "Sent from my iPhone. Please call me",
        "Please excuse the errors in the log", "Excuse my typos. The printer is dead.", "...",
        "Sent from Oslo", "[Sent from Oslo]", "- restart the phone"}) {
    EXPECT_EQ(cut_quoted_text("It fails.\n\n" + line), "It fails.\n\n" + line);
  }
}

TEST(Quoted, hostile_mails_cost_no_more_than_their_length) {
  for (const std::string piece :
       {"<div class=gmail_quote>", "<blockquote>", "> ", "--\n", "On 1 ", "From: a@b\n",
        "<p>On 3 wrote:</p>", "</div>", "<b>", "Sent from my iPhone\n", "<hr>", "-----\n", "\n"}) {
    std::string text;
    while (text.size() < 200'000) text += piece;
    EXPECT_LE(cut_quoted_html(text).size(), text.size());
    EXPECT_LE(cut_quoted_text(text).size(), text.size());
  }
}

}  // namespace
}  // namespace dw
