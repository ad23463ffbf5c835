"""Texts of office work: words in slots, slots in sentences, sentences in mails, tickets, pages."""
