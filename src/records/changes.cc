#include "records/changes.h"

#include "ports/change_position.h"
#include "sql/changes.h"

namespace dw {
namespace {

Result<void> check_kept(ReadDb& db, const std::string& position) {
  const Error gone{ErrorKind::missing, "live", "changes since then were removed"};
  const std::optional<ChangePosition> after = change_position(position);
  if (!after) return gone;
  DW_TRY(const std::string newest, changes::last(db));
  const ChangePosition last = change_position(newest).value_or(ChangePosition{});
  if (*after > last) return gone;  // ahead of everything: the reader saw another store
  std::string oldest;
  DW_CHECK(db.run(stmt::first_change, {}, [&](const Row& row) { oldest = row.text(0); }));
  const ChangePosition first = change_position(oldest).value_or(ChangePosition{});
  int64_t lowest = 0;
  DW_CHECK(db.run(stmt::lowest_note, {}, [&](const Row& row) { lowest = row.integer(0); }));
  // A copied store begins above all numbers of its origin, whose places may well be greater.
  if (*after >= first && after->number >= lowest) return {};
  int64_t gone_before = 0;
  DW_CHECK(
      db.run(stmt::changes_gone_before, {}, [&](const Row& row) { gone_before = row.integer(0); }));
  if (after->number < gone_before) return gone;
  return {};
}

}  // namespace

namespace changes {

Result<void> add(Db& db, const char* topic, int64_t subject) {
  db.touch({.notes = true});
  DW_CHECK(db.send(stmt::add_note, {topic, subject}));
  return {};
}

Result<std::vector<ChangeNote>> after(ReadDb& db, const std::string& position, size_t limit) {
  if (!position.empty()) DW_CHECK(check_kept(db, position));
  const ChangePosition after = change_position(position).value_or(ChangePosition{});
  std::vector<ChangeNote> notes;
  DW_CHECK(db.run(
      stmt::changes_after, {after.commit, after.number, static_cast<int64_t>(limit)},
      [&](const Row& row) {
        notes.push_back({std::string(row.text(0)), std::string(row.text(1)), row.integer(2)});
      }));
  return notes;
}

Result<std::string> last(ReadDb& db) {
  std::string last;
  DW_CHECK(db.run(stmt::last_change, {}, [&](const Row& row) { last = row.text(0); }));
  return last;
}

Result<int64_t> prune(Db& db, int64_t kept, int64_t limit) {
  DW_TRY(const int64_t rows, db.run(stmt::prune_notes, {kept, limit}));
  if (rows == 0) return rows;
  DW_CHECK(db.send(stmt::mark_notes_pruned));
  DW_CHECK(db.send(stmt::prune_note_commits, {limit}));
  return rows;
}

}  // namespace changes
}  // namespace dw
