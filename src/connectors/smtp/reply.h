// What a mail server said while it was talked to: its refusal in its own words, and whether it has
// SMTPUTF8. Pure.
#pragma once
#include <string>
#include <string_view>

namespace dw {

class SmtpReplies {
 public:
  SmtpReplies() = default;
  explicit SmtpReplies(bool has_smtputf8) : has_smtputf8_(has_smtputf8) {}

  /// One line, with or without its end.
  void hear(std::string_view line);
  void forget_refusal();

  /// Of the last line; 0 if there was none.
  int code() const { return code_; }
  /// 400 to 599, or 0: of the last reply that was one, even if the server said goodbye afterwards.
  int refusal_code() const { return refusal_code_; }
  /// "550 5.1.1 no such user here": all lines of it, without their repeated codes; readable
  /// characters only.
  const std::string& refusal() const { return refusal_; }
  bool has_smtputf8() const { return has_smtputf8_; }

 private:
  int code_ = 0, refusal_code_ = 0;
  bool has_more_ = false, has_smtputf8_ = false;
  std::string refusal_;
};

}  // namespace dw
