"""A stand-in for Salesforce: no Salesforce, but a small server of ours that speaks the part of its REST API we use.

It keeps accounts and contacts in an SQLite file, has unique external ids, restricted picklists, lengths, a recycle
bin with merges, a daily quota and tokens that end; and a page on which a person sees what arrived.
"""
