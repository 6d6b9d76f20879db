"""Who has signed in, with what, and until when: kept on this machine only.

Pure of people's rights: who somebody *is* stands in メンバー, and only there. What lies
here are keys to a name. No token and no password is kept, only what recognises one.
"""
