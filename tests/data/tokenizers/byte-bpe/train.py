# Trains a small byte-level BPE vocabulary on samples/corpus, in the order of ids that RoBERTa uses.
import json, re, sys, collections
corpus, out = sys.argv[1], sys.argv[2]
def letters():
    bs = list(range(ord('!'), ord('~')+1)) + list(range(0xA1, 0xAD)) + list(range(0xAE, 0x100))
    table, n = {}, 0
    for b in range(256):
        if b in bs: table[b] = chr(b)
        else: table[b] = chr(256+n); n += 1
    return table
T = letters()
words = collections.Counter()
for line in open(corpus, encoding='utf-8'):
    j = json.loads(line)
    for w in re.findall(r" ?[A-Za-z]+| ?[0-9]+| ?[^\sA-Za-z0-9]+|\s+", j['title'] + ' ' + j['text']):
        words[tuple(T[b] for b in w.encode())] += 1
merges = []
while len(merges) < 700:
    pairs = collections.Counter()
    for w, n in words.items():
        for p in zip(w, w[1:]): pairs[p] += n
    best = min(pairs, key=lambda p: (-pairs[p], p))
    merges.append(best)
    new = collections.Counter()
    for w, n in words.items():
        r, i = [], 0
        while i < len(w):
            if i+1 < len(w) and (w[i], w[i+1]) == best: r.append(w[i]+w[i+1]); i += 2
            else: r.append(w[i]); i += 1
        new[tuple(r)] += n
    words = new
pieces = ['<s>', '<pad>', '</s>', '<unk>'] + [T[b] for b in range(256)] + [a+b for a, b in merges] + ['<mask>']
assert len(set(pieces)) == len(pieces)
vocab = {p: i for i, p in enumerate(pieces)}
json.dump(vocab, open(out+'/vocab.json', 'w', encoding='utf-8'), ensure_ascii=False)
with open(out+'/merges.txt', 'w', encoding='utf-8') as f:
    f.write('#version: 0.2\n' + ''.join(f'{a} {b}\n' for a, b in merges))
def added(p, **kw): return dict(dict(id=vocab[p], content=p, single_word=False, lstrip=False, rstrip=False, normalized=True, special=True), **kw)
json.dump({
 "version": "1.0", "truncation": None, "padding": None,
 "added_tokens": [added(p) for p in pieces[:4]] + [added('<mask>', lstrip=True, normalized=False)],
 "normalizer": None,
 "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
 "post_processor": {"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0], "trim_offsets": True, "add_prefix_space": False},
 "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
 "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": "", "end_of_word_suffix": "", "fuse_unk": False, "byte_fallback": False,
  "vocab": vocab, "merges": [f'{a} {b}' for a, b in merges]}}, open(out+'/tokenizer.json', 'w', encoding='utf-8'), ensure_ascii=False)
