"""The pages that a mailed link opens; opening one changes nothing, since programs follow links in mails.

- `application_steps`: an application step by step, from a city or a partner.
- `takeover`: who follows a coordinator confirms it.
- `contact_change`: the reader of a mail about a change of a contact calls the office, or agrees.
- `contact`: a person named as a contact confirms the address.
- `commission`: a National Commission endorses a city that applies, or objects.
"""
