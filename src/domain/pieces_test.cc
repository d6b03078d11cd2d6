#include "domain/pieces.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/text.h"

namespace dw {
namespace {

std::string bare(std::string text) {
  std::erase_if(text, [](char c) { return c == ' ' || c == '\n' || c == '`'; });
  return text;
}

std::string bare(const std::vector<std::string>& pieces) {
  return bare(join(pieces, ""));
}

bool fit(const std::vector<std::string>& pieces, size_t bytes_max) {
  return std::all_of(pieces.begin(), pieces.end(),
                     [&](const std::string& one) { return one.size() <= bytes_max; });
}

TEST(Pieces, what_fits_is_one_piece) {
  EXPECT_EQ(split_mrkdwn("a b", 40), std::vector<std::string>{"a b"});
  EXPECT_EQ(split_mrkdwn("", 40), std::vector<std::string>{""});
}

TEST(Pieces, a_long_text_is_cut_between_paragraphs_lines_and_words_and_loses_none) {
  const std::vector<std::string> pieces =
      split_mrkdwn("one two three four five\n\nsix seven eight nine ten eleven", 40);
  EXPECT_EQ(pieces, (std::vector<std::string>{"one two three four five",
                                              "six seven eight nine ten eleven"}));
  std::string words;
  for (int i = 0; i < 3000; ++i) words += "word" + std::to_string(i) + (i % 9 == 0 ? "\n" : " ");
  const auto many = split_mrkdwn(words, piece_bytes_max);
  EXPECT_TRUE(fit(many, piece_bytes_max));
  EXPECT_GT(many.size(), 5U);
  EXPECT_EQ(bare(many), bare(words));
  const auto letters = split_mrkdwn(std::string(1000, 'x'), 100);
  EXPECT_EQ(bare(letters).size(), 1000U);
}

TEST(Pieces, no_link_entity_or_letter_is_cut) {
  const std::string link = "<https://x.example/a?b=c|a label of words>";
  for (size_t before = 0; before < 60; ++before) {
    const std::string text = std::string(before, 'x') + " " + link + " &amp; " + "ää";
    const auto pieces = split_mrkdwn(text, 60);
    EXPECT_TRUE(fit(pieces, 60));
    EXPECT_EQ(bare(pieces), bare(text)) << before;
    for (const std::string& one : pieces) {
      EXPECT_EQ(std::count(one.begin(), one.end(), '<'), std::count(one.begin(), one.end(), '>'));
      EXPECT_TRUE(is_utf8(one));
      EXPECT_FALSE(one.ends_with("&") || one.ends_with("&am")) << one;
    }
  }
}

TEST(Pieces, a_block_of_code_stays_whole_where_it_fits) {
  const std::string code = "```if a:\n    b = 1\n    c = 2```";
  const auto pieces = split_mrkdwn("words in front of the code\n" + code + "\nwords behind", 48);
  EXPECT_EQ(pieces,
            (std::vector<std::string>{"words in front of the code", code + "\nwords behind"}));
}

TEST(Pieces, a_block_of_code_that_does_not_fit_is_several_blocks) {
  std::string code = "```";
  for (int i = 0; i < 20; ++i) code += "  line " + std::to_string(i) + "\n";
  code += "```\nend";
  const auto pieces = split_mrkdwn(code, 60);
  EXPECT_GT(pieces.size(), 3U);
  EXPECT_TRUE(fit(pieces, 60));
  EXPECT_EQ(bare(pieces), bare(code));
  for (size_t i = 0; i + 1 < pieces.size(); ++i) {
    EXPECT_TRUE(pieces[i].starts_with("```  line") && pieces[i].ends_with("```")) << pieces[i];
  }
}

}  // namespace
}  // namespace dw
