"""Figures of captions from their words: agreement with what people wrote, variety, things that are not there.

`bleu`, `rouge_l` and `cider_d` are those of COCO's evaluation (pycocoevalcap), to the last digits that matter, for the
same words. METEOR is not among them: it needs WordNet and a table of paraphrases of 60 MB that is under no permissive
licence, and matching by words and stems alone is another figure, though often given that name.
"""
