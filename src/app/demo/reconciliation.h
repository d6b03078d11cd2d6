// The proof that nothing is lost and nothing is doubled: what people said on one side against what
// arrived on the other, by the texts that the fakes themselves hold. Deskwire is not asked.
#pragma once
#include <string>

#include "fakes/slack_workspace.h"
#include "fakes/zendesk.h"

namespace dw::demo {

struct Column {
  int64_t said = 0;     ///< what has to cross
  int64_t arrived = 0;  ///< of that, what is there
  int64_t doubled = 0;  ///< what is there once more than it was said
  int64_t waiting() const { return said - arrived; }
};

struct Reconciliation {
  Column tickets;      ///< first messages, and their tickets
  Column comments;     ///< messages in threads, and public comments
  Column answers;      ///< public comments of agents, and messages in threads
  Column mirrors;      ///< tickets by mail, and their threads
  Column incidents;    ///< answers to a whole incident, in the threads of its tickets
  int64_t leaked = 0;  ///< private comments that are to be read in a thread
};

/// `channel`: the bridged one. `since`: the first ticket that counts.
Reconciliation compare(const FakeSlackWorkspace& slack, const std::string& channel,
                       const FakeZendesk& desk, int64_t since);

/// The root's timestamp of the thread that belongs to a ticket; empty: none.
std::string thread_of(const FakeZendesk& desk, int64_t ticket,
                      const FakeSlackWorkspace::Channel& channel);

}  // namespace dw::demo
