"""Defects of what keeps work, rows and rates within bounds: name, file, what is there, what a
careless person would write, which program has to fail.
"""

DEFECTS = (
    ("renews leases with every lane that ends", "src/engine/outbox.cc",
     "    if (clock_.monotonic() < next) continue;\n", "", "contract_engine"),
    ("looks for due lanes behind the board's queries", "src/engine/outbox.cc",
     "co_await store_.look(look)", "co_await store_.read(look)", "contract_engine"),
    ("the engine's look shares the board's reader", "src/store/sql_store.cc",
     "co_await submit(*looking_, std::move(looking))",
     "co_await submit(*reading_, std::move(looking))", "contract_store"),
)
