"""The style of results in notebooks.

Colours are those of whatever the result stands in, light or dark: text inherits, lines are a tint of grey.
The class stands three times, so that its rules go before those of notebooks, which put every cell to the
right and shade every other row.
"""

__all__ = ["STYLE"]

_RULES = """
X { color: var(--jp-content-font-color1, var(--vscode-editor-foreground, inherit)); max-width: 100%; }
X div { overflow-x: auto; margin: 0 0 .9em; }
X p { margin: .3em 0; max-width: 46em; line-height: 1.45; }
X table { border-collapse: collapse; border: 0; margin: 0; background: none; color: inherit;
  font-size: .92em; line-height: 1.35; font-variant-numeric: tabular-nums; }
X caption { caption-side: top; text-align: left; font-weight: 600; white-space: nowrap; padding: .3em .6em;
  color: inherit; }
X tr { background: none; border: 0; }
X th, X td { padding: .25em .6em; border: 0; border-bottom: 1px solid rgba(128, 128, 128, .28);
  text-align: left; vertical-align: top; font-weight: 400; white-space: nowrap;
  color: inherit; background: none; }
X thead th { font-weight: 600; vertical-align: bottom; border-bottom: 1px solid rgba(128, 128, 128, .7); }
X thead th, X table .w { white-space: normal; }
X table .w { min-width: 14em; max-width: 44em; }
X tbody th { opacity: .75; }
X table .r { text-align: right; }
@media print { X tr { break-inside: avoid; } X div { overflow: visible; } }
"""

STYLE = " ".join(_RULES.replace("X", ".loyalty-result" * 3).split())
