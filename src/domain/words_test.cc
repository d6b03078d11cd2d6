#include "domain/words.h"

#include <gtest/gtest.h>

namespace dw {
namespace {

using Texts = std::vector<std::string>;

TEST(Words, letters_and_digits_of_any_script_folded_each_once_in_order) {
  EXPECT_EQ(words_in("VPN error 619: vpn DOWN"), (Texts{"vpn", "error", "619", "down"}));
  EXPECT_EQ(words_in("Größe ÄNDERT sich, Ошибка СЕТИ"),
            (Texts{"größe", "ändert", "ошибка", "сети"}));
  EXPECT_EQ(words_in("a5 an 5g"), (Texts{"a5", "5g"})) << "two signs are enough with a digit";
}

TEST(Words, nothing_that_names_a_person_or_a_place_on_the_network) {
  EXPECT_EQ(words_in("ana@acme.example <@U123> @bo https://acme.example/x "
                     "www.acme.example"),
            Texts{});
  EXPECT_EQ(words_in("wiki.acme.example/vpn 10.20.30.400 555-123-4567 1234567 123456"),
            (Texts{"123456"}));
}

TEST(Words, what_every_message_has_is_left_out) {
  EXPECT_EQ(words_in("Hello team, please help: the printer is not working"), (Texts{"printer"}));
  EXPECT_EQ(words_in("Hallo, mein Drucker funktioniert nicht. Danke!"), (Texts{"drucker"}));
  EXPECT_EQ(words_in("Buenos días, la impresora no funciona. Gracias."), (Texts{"impresora"}));
}

TEST(Words, broken_utf8_ends_and_breaks_nothing) {
  EXPECT_EQ(words_in("vpn \xF0\x9F"), (Texts{"vpn"}));
  EXPECT_EQ(words_in(""), Texts{});
}

}  // namespace
}  // namespace dw
