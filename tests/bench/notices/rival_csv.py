"""The weekly mailer's work with Python's csv module: who hears of which tickets."""
import csv
import sys
from datetime import datetime

newest = {}
with open(sys.argv[1], newline="", encoding="utf-8") as file:
    rows = csv.reader(file)
    next(rows)
    for first, last, email, ticket, status, date in rows:
        day = datetime.strptime(date, "%d/%m/%Y")
        known = newest.get(ticket)
        if known is None or day >= known[0]:
            newest[ticket] = (day, status.strip().lower() == "closed", email.strip().lower())
customers = {}
for ticket, (day, is_closed, email) in newest.items():
    if is_closed:
        customers.setdefault(email, []).append((day, ticket))
for tickets in customers.values():
    tickets.sort()
print(len(customers), sum(map(len, customers.values())))
