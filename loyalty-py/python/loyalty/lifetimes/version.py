"""The version of lifetimes that this package answers for."""

#: lifetimes' own number, as code that asks for it means its interface.
__version__ = "0.11.3"
