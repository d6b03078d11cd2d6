"""Defects of what keeps work, rows and rates within bounds: name, file, what is there, what a
careless person would write, which program has to fail.
"""

DEFECTS = (
    ("renews leases with every lane that ends", "src/engine/outbox.cc",
     "    if (clock_.monotonic() < next) continue;\n", "", "contract_engine"),
)
