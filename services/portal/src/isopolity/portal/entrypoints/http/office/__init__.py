"""The pages of the network's office, for staff.

- `admission`: who acts as staff sees a page, and others are led on.
- `desk`, `queues`: what waits for the office, and who has taken it.
- `imports`: files of members are looked at, and imported.
- `applications`, `changes`: who joins, and who is called otherwise.
- `contact_changes`: changes of contacts to which the office was called.
- `commissions`: where National Commissions are written to.
- `audit`: what was done, by whom.
- `members/`: who is to be looked after, and all that is known of one member.
- `handovers`: a successor for a member whose coordinator has left.
- `rounds/`: rounds and their drafts.
- `settings`: what decides what members and staff meet.
- `capacity_defaults`: what a new member has room for.
- `known_members`: which member an id is.
- `staff_names`: who of staff an id is.
- `people`: who is staff, with which rights.
- `programmes`: programmes of partners that wait.
"""
