#include "web/status_shapes.h"

#include "web/connector_titles.h"

namespace dw {

const Shape<ShownStore>& shape_for(const ShownStore*) {
  static const auto shape =
      Shape<ShownStore>("")
          .add_words("kind", {"sqlite", "postgresql"}, &ShownStore::kind)
          .add("ok", [](const ShownStore& one) { return one.health.is_ok; })
          .add("detail", [](const ShownStore& one) { return one.health.detail; });
  return shape;
}

const Shape<ShownAccess>& shape_for(const ShownAccess*) {
  static const auto shape = Shape<ShownAccess>("")
                                .add("mode", &ShownAccess::mode)
                                .add("name", or_null(&ShownAccess::name))
                                .add("role", &ShownAccess::role);
  return shape;
}

const Shape<ConnectorState>& shape_for(const ConnectorState*) {
  static const auto title = [](const ConnectorState& one) {
    return one.title.empty() ? connector_title(one.name) : one.title;
  };
  static const auto shape = Shape<ConnectorState>("Connector")
                                .add("name", &ConnectorState::name)
                                .add("title", title, "what people call it")
                                .add("ok", &ConnectorState::is_ok)
                                .add("detail", &ConnectorState::detail)
                                .add("last_success_at", &ConnectorState::last_success_at);
  return shape;
}

const Shape<LiveConnector>& shape_for(const LiveConnector*) {
  static const auto shape =
      Shape<LiveConnector>("LiveStatus")
          .add("connector", [](const LiveConnector& one) { return one.state.name; })
          .add("ok", [](const LiveConnector& one) { return one.state.is_ok; })
          .add("detail", [](const LiveConnector& one) { return one.state.detail; });
  return shape;
}

const Shape<JobState>& shape_for(const JobState*) {
  static const auto shape =
      Shape<JobState>("")
          .add("name", &JobState::name)
          .add("schedule", &JobState::schedule)
          .add("next_run_at", &JobState::next_run_at)
          .add("last_run_at", &JobState::last_run_at)
          .add("missed_at", &JobState::missed_at, "missed while no replica was running");
  return shape;
}

const Shape<ShownStatus>& shape_for(const ShownStatus*) {
  static const auto uptime = [](const ShownStatus& one) {
    return std::chrono::floor<std::chrono::seconds>(one.now - one.started_at).count();
  };
  static const auto shape = Shape<ShownStatus>("Status")
                                .add("version", &ShownStatus::version)
                                .add("started_at", &ShownStatus::started_at)
                                .add("uptime_seconds", uptime)
                                .add("store", &ShownStatus::store)
                                .add("connectors", &ShownStatus::connectors)
                                .add("jobs", &ShownStatus::jobs)
                                .add("access", &ShownStatus::access);
  return shape;
}

const Shape<ShownSession>& shape_for(const ShownSession*) {
  static const auto shape =
      Shape<ShownSession>("Session")
          .add("mode", &ShownSession::mode)
          .add("signed_in", [](const ShownSession& one) { return !one.name.empty(); })
          .add("name", or_null(&ShownSession::name))
          .add_words("role", {"viewer", "agent", "admin"}, or_null(&ShownSession::role))
          .add("csrf", or_null(&ShownSession::csrf), "goes into X-CSRF-Token with every change");
  return shape;
}

const Shape<AuditEntry>& shape_for(const AuditEntry*) {
  static const auto shape = Shape<AuditEntry>("AuditEntry")
                                .add("id", &AuditEntry::id)
                                .add("at", &AuditEntry::at)
                                .add("who", &AuditEntry::who)
                                .add("what", &AuditEntry::what)
                                .add("subject", &AuditEntry::subject);
  return shape;
}

const Shape<Token>& shape_for(const Token*) {
  static const auto kind = [](const Token& one) {
    return std::string(one.sqs_key_id.empty() ? "api" : "sqs");
  };
  static const auto shape = Shape<Token>("Token")
                                .add("name", &Token::name)
                                .add("kind", kind)
                                .add("role", &Token::role)
                                .add("key_id", or_null(&Token::sqs_key_id))
                                .add("scopes", or_null(&Token::scopes))
                                .add("created_at", &Token::created_at)
                                .add("revoked_at", &Token::revoked_at);
  return shape;
}

const Shape<FreshToken>& shape_for(const FreshToken*) {
  using Text = std::optional<std::string>;
  static const auto some = [](const std::string& text) {
    return text.empty() ? Text() : Text(text);
  };
  static const auto is_sqs = [](const FreshToken& one) { return !one.token.sqs_key_id.empty(); };
  static const auto secret_where = [](bool is_key) {
    return [is_key](const FreshToken& one) {
      return is_key == is_sqs(one) ? Text(one.secret) : Text();
    };
  };
  static const auto role = [](const FreshToken& one) {
    return is_sqs(one) ? Text() : Text(one.token.role);
  };
  static const auto scopes = [](const FreshToken& one) {
    return is_sqs(one) ? Text() : some(one.token.scopes);
  };
  static const auto key = [](const FreshToken& one) { return some(one.token.sqs_key_id); };
  static const auto shape =
      Shape<FreshToken>("FreshToken")
          .add("name", [](const FreshToken& one) { return one.token.name; })
          .add_optional("aws_access_key_id", key)
          .add_optional("aws_secret_access_key", secret_where(true))
          .add_optional("role", role)
          .add_optional("token", secret_where(false))
          .add_optional("scopes", scopes)
          .add_optional("link", [](const FreshToken& one) { return some(one.link); });
  return shape;
}

const Shape<RevokedToken>& shape_for(const RevokedToken*) {
  static const auto shape = Shape<RevokedToken>("Revoked").add("revoked", &RevokedToken::name);
  return shape;
}

const Shape<RemovedUser>& shape_for(const RemovedUser*) {
  static const auto shape = Shape<RemovedUser>("Removed").add("removed", &RemovedUser::name);
  return shape;
}

const Shape<Account>& shape_for(const Account*) {
  static const auto kind = [](const Account& one) {
    return std::string(one.subject.empty() ? "password" : "oidc");
  };
  static const auto shape = Shape<Account>("Account")
                                .add("name", &Account::name)
                                .add("role", &Account::role)
                                .add("kind", kind)
                                .add("created_at", &Account::created_at)
                                .add("signed_in_at", &Account::signed_in_at);
  return shape;
}

const Shape<Problem>& shape_for(const Problem*) {
  static const auto shape =
      Shape<Problem>("").add("field", &Problem::field).add("problem", &Problem::what);
  return shape;
}

const Shape<ShownProblem>& shape_for(const ShownProblem*) {
  static const auto errors = [](const ShownProblem& one) {
    return one.error.problems.empty() ? std::nullopt : std::optional(one.error.problems);
  };
  static const auto shape =
      Shape<ShownProblem>("Problem")
          .add("type", [](const ShownProblem&) { return std::string("about:blank"); })
          .add("title", &ShownProblem::title)
          .add("status", &ShownProblem::status)
          .add("detail", [](const ShownProblem& one) { return one.error.what; })
          .add_optional("errors", errors);
  return shape;
}

}  // namespace dw
