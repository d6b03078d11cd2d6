// "Thank you", in any of the common forms and nothing besides: what follows it may name people and
// say that it works, in nine languages, and must not ask or say that it is not over. Of some more
// languages the bare thanks are known, and emoji that are glad say the same.
#include <algorithm>
#include <array>
#include <set>

#include "base/casefold.h"
#include "base/text.h"
#include "jobs/bridge/context.h"
#include "jobs/bridge/speech.h"

namespace dw {
namespace {

constexpr size_t words_max = 12, names_max = 3;

constexpr auto thanking = std::to_array<std::string_view>(
    {"thanks",     "thank",      "thankyou",    "thx",        "thnx",     "thanx",
     "thanxs",     "tnx",        "ty",          "tysm",       "tyvm",     "cheers",
     "ta",         "kudos",      "appreciated", "appreciate", "grateful", "danke",
     "dankeschön", "dank",       "dankesehr",   "merci",      "mercis",   "gracias",
     "agradezco",  "agradecido", "agradecida",  "obrigado",   "obrigada", "obrigados",
     "obrigadão",  "obg",        "brigado",     "brigada",    "brigadão", "valeu",
     "vlw",        "remercie",   "remercions",  "agradeço",   "grato",    "grata",
     "bedankt",    "dankjewel",  "dankuwel",    "dankje",     "grazie",   "ringrazio",
     "tak",        "tusindtak",  "takker",      "takk",       "tack",     "tackar",
     "kiitos",     "dziękuję",   "dzięki"});

/// In languages of which no more is known than this, and in haste.
constexpr std::string_view thanking_elsewhere =
    "thanku thankss thnks děkuji díky köszönöm köszi mulțumesc multumesc mersi teşekkürler sağolun "
    "спасибо благодарю дякую ευχαριστώ شكرا תודה ありがとう ありがとうございます "
    "ありがとうございました 谢谢 谢谢你 谢谢您 多谢 感谢 非常感谢 謝謝 謝謝你 謝謝您 多謝 "
    "감사합니다 고맙습니다";

constexpr std::string_view common = "super ok okay team top hi hello hey perfect";

/// What may stand around thanks, by language.
constexpr std::string_view around[] = {
    // English
    "you u so much very a lot lots bunch million ton tons many all everyone everybody "
    "guys team folks for your the help helping really it its that thats this quick fast "
    "speedy support response reply assistance effort fix fixing great awesome perfect "
    "brilliant super ok okay cool yes yep and works worked working now fine good mate "
    "man i we im big huge is both to of sorting looking into out dear kindly well got "
    "nice one job work excellent wonderful lovely fantastic amazing hi hello hey "
    "sorted solved fixed resolved done everything be can closed issue problem my our me "
    "us indeed heaps turnaround prompt getting back letting know info information update "
    "that did explaining clarifying time patience effort efforts youre best star hero legend "
    "lifesaver rock have day weekend evening rest in advance x xx xxx",
    // German
    "vielen vielmals besten herzlichen herzlich tausend sehr schön dir euch ihnen für "
    "die der das den eure deine ihre schnelle rasche tolle hilfe antwort unterstützung "
    "rückmeldung lösung hat geklappt klappt passt perfekt klasse prima funktioniert "
    "läuft geht jetzt wieder nun alles gut es war wars und an alle team lieben liebe "
    "ganz auch bestens toll hallo ist erledigt allen klar mühe bemühungen geduld info "
    "voraus im vorab eurer deiner ihrer kollegen zusammen schönen schönes tag abend wochenende "
    "feierabend einen",
    // French
    "a en je on ma mon nous sa me beaucoup bien infiniment mille à au aux vous toi tous toutes "
    "pour votre ton laide "
    "aide la le les réponse rapidité rapide soutien cest parfait génial ça ca marche "
    "fonctionne maintenant bon tout est léquipe équipe grand un une de du "
    "bonjour super très et nickel top bcp toute retour davance avance fois remarche "
    "refonctionne résolu réglé se patience bonne belle journée soirée fin weekend",
    // Spanish
    "la a al de un una que es nos me muchas muchísimas mil muy amable amables por tu su sus ayuda "
    "respuesta rapidez "
    "apoyo perfecto ya funciona funcionó ahora todo todos equipo el lo los las os les "
    "te se genial excelente hola y en resuelto solucionado rápida pronta antemano está "
    "vale listo mucho buen buena día tarde fin semana saludos",
    // Portuguese
    "a as de um uma por com para me nos vocês você muito muitíssimo pela pelo sua tua ajuda "
    "atenção resposta suporte perfeito ótimo "
    "otimo tudo certo funcionou agora equipe pessoal pelos e o os deu resolvido olá oi "
    "ao do da retorno desde já rápida rápido bom boa dia tarde fim semana abraço",
    // Dutch
    "de een en dat die ik we jullie je u wel hartelijk heel erg veel voor uw snelle hulp reactie "
    "antwoord "
    "ondersteuning het werkt nu allemaal weer prima goed is opgelost gelukt hoi "
    "helemaal bij deze alvast jou fijne dag avond weekend",
    // Italian
    "mille a al la le lo i e un una mi ci tante infinite molte molto per laiuto aiuto supporto "
    "risposta rapidità perfetto "
    "ottimo ora adesso tutto tutti gentile gentilissimi gentilissima gentilissimo il vi "
    "ti ciao risolto davvero va bene di cuore veloce funziona in anticipo buona buon giornata "
    "serata fine settimana",
    // Danish and Norwegian
    "for nu er en et og alle jeres din dit de til mange tusind tusen skal du have hjælpen hjelpen "
    "hjælp hurtige svar svaret det "
    "virker fungerer nå fint godt jeg jer dere meget så rigtig hej alt løst på forhånd "
    "af hjertet hurtigt god dag aften weekend",
    // Swedish
    "så det nu en ett och all din ert de till tusen mycket stort hjälpen hjälp snabba svaret "
    "fungerar toppen bra er dig ni jag vi för "
    "allt löst jättebra kanon på alla jättemycket snabbt svar funkar förhand ha trevlig dag kväll "
    "helg",
    // Russian and Ukrainian
    "большое вам тебе огромное всем за помощь все всё работает очень дуже велике",
    // Japanese, Korean, Arabic, Turkish, Hungarian, Czech: one or two words around
    "どうも 本当に 정말 대단히 جزيلا لك לך רבה çok ederim teşekkür szépen moc vám mult foarte",
};

/// What may be so again.
constexpr auto working =
    std::to_array<std::string_view>({"works", "working", "work", "fine", "ok"});

/// What says that something is wrong, or is not understood.
constexpr auto unhappy = std::to_array<std::string_view>(
    {"👎", "😞",    "😟", "😠",    "😡", "🤬", "😢",    "😭",    "🤔", "😕", "🙁", "☹", "😩", "😫",
     "😤", "🤨", "😒", "🙄", "😣", "😖",    "🤦", "🤷", "❌",    "🚨", "⚠",    "🆘", "💔"});

template <class List>
bool is_one_of(std::string_view word, const List& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

using Words = std::set<std::string_view>;

/// A message is in one language: "da" and "problem" of two make no thanks.
const std::vector<Words>& languages() {
  static const std::vector<Words> all = [] {
    std::vector<Words> out;
    for (const std::string_view language : around) {
      Words words;
      for (const std::string_view one : split(language, ' ')) words.insert(one);
      for (const std::string_view one : split(common, ' ')) words.insert(one);
      out.push_back(std::move(words));
    }
    return out;
  }();
  return all;
}

bool is_known_name(std::string_view word, const NamesById& names) {
  return std::any_of(names.begin(), names.end(), [word](const auto& one) {
    const std::string name = nfkc_casefold(one.second);
    return is_one_of(word, split(name, ' '));
  });
}

/// Whether a sign leaves thanks what they are; nothing: it thanks by itself.
enum class Sign { thanks, nothing, no_thanks };

Sign sign_of(const Spoken& one) {
  switch (one.kind) {
    case Spoken::Kind::question:
      return Sign::no_thanks;
    case Spoken::Kind::custom: {
      const bool has_thanks = one.text.find("thank") != std::string::npos ||
                              one.text.find("danke") != std::string::npos ||
                              one.text.find("merci") != std::string::npos;
      return has_thanks ? Sign::thanks : Sign::nothing;
    }
    case Spoken::Kind::emoji:
      if (one.text == "🙏") return Sign::thanks;
      return is_one_of(one.text, unhappy) ? Sign::no_thanks : Sign::nothing;
    case Spoken::Kind::word:
      break;
  }
  return Sign::nothing;
}

bool is_thanks_in(const Words& language, const std::vector<Spoken>& spoken,
                  const NamesById& names) {
  const std::vector<std::string_view> elsewhere = split(thanking_elsewhere, ' ');
  size_t count = 0, named = 0;
  bool has_thanks = false, is_behind_thanks = false;
  std::string_view before;
  for (const Spoken& one : spoken) {
    if (one.kind != Spoken::Kind::word) {
      const Sign sign = sign_of(one);
      if (sign == Sign::no_thanks) return false;
      has_thanks = has_thanks || sign == Sign::thanks;
      continue;
    }
    if (++count > words_max) return false;
    // "Thanks again", "works again, thanks", and not "down again, thanks".
    const bool is_again = one.text == "again" || one.text == "encore";
    const bool may_be_again = is_behind_thanks || is_one_of(before, working);
    before = one.text;
    if (is_again && (!may_be_again || one.is_apart)) return false;
    const bool is_thanking = is_one_of(one.text, thanking) || is_one_of(one.text, elsewhere);
    const bool is_beside = is_again || language.count(one.text) > 0;
    if (!is_thanking && !is_beside) {
      // "Thanks Ana", "Ana, thanks": a name is not the beginning of another sentence.
      const bool is_name = is_known_name(one.text, names) ||
                           (one.is_name && (count == 1 || !one.is_apart || is_behind_thanks));
      if (!is_name || ++named > names_max) return false;
    }
    is_behind_thanks = is_thanking || (is_behind_thanks && is_beside);
    has_thanks = has_thanks || is_thanking;
  }
  return has_thanks;
}

/// "<https://x|log>", "<#C2>": it brings something besides.
bool has_link(std::string_view mrkdwn) {
  for (size_t at = mrkdwn.find('<'); at != mrkdwn.npos; at = mrkdwn.find('<', at + 1)) {
    const size_t end = mrkdwn.find_first_of("<>\n", at + 1);
    if (end == mrkdwn.npos) return false;
    const char first = mrkdwn[at + 1];
    if (mrkdwn[end] == '>' && end > at + 1 && first != '@' && first != '!') return true;
  }
  return false;
}

}  // namespace

bool is_thanks(std::string_view text, const NamesById& names) {
  if (has_link(text)) return false;
  if (is_only_joy(text)) return true;
  const std::vector<Spoken> spoken = spoken_in(text);
  const auto& all = languages();
  return std::any_of(all.begin(), all.end(),
                     [&](const Words& language) { return is_thanks_in(language, spoken, names); });
}

}  // namespace dw
