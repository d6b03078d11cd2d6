"""The same with pandas."""
import sys

import pandas

report = pandas.read_csv(sys.argv[1], dtype=str)
report["Date"] = pandas.to_datetime(report["Date"], format="%d/%m/%Y")
report["Email"] = report["Email"].str.strip().str.lower()
newest = report.sort_values("Date", kind="stable").drop_duplicates("Ticket", keep="last")
closed = newest[newest["Status"].str.strip().str.lower() == "closed"]
tickets = closed.groupby("Email")["Ticket"].apply(list)
print(len(tickets), int(tickets.map(len).sum()))
