"""Retrieval measures straight from their definitions: the independent reference of Sparse.Evaluation.

usage: measures.py FOLDER PAIRS MEASURE...
FOLDER/qrels-N: 'query 0 document grade', FOLDER/run-N: 'query Q0 document rank score tag', separated by blanks, N from 0.
Prints one line 'N MEASURE QUERY VALUE' for each judged query and 'N MEASURE all MEAN'; means are over all judged queries, as
trec_eval -c takes them, and documents are ordered as trec_eval orders them: float32 score descending, id descending.
"""

import math
import re
import struct
import sys


def float32(text):
    return struct.unpack("f", struct.pack("f", float(text)))[0]


def read(path, columns):
    with open(path, encoding="utf-8") as lines:
        return [line.split() for line in lines if len(line.split()) == columns]


def dcg(gains):
    return sum(gain / math.log(place + 2, 2) for place, gain in enumerate(gains))


def value(measure, grades, ranking):
    name, parameters, cut = re.fullmatch(r"(\w+)(?:\(([^)]*)\))?(?:@(\d+))?", measure).groups()
    cut = int(cut) if cut else None
    level = int(parameters[4:]) if parameters and parameters.startswith("rel=") else 1
    top = ranking[:cut]
    relevant = {document for document, grade in grades.items() if grade >= level}
    hits = [document in relevant for document in top]
    if name == "nDCG":
        def gain(grade):
            return 0 if grade <= 0 else 2 ** grade - 1 if parameters == "dcg='exp-log2'" else grade
        best = dcg(sorted((gain(grade) for grade in grades.values()), reverse=True)[:cut])
        return dcg([gain(grades.get(document, 0)) for document in top]) / best if best else 0.0
    if name == "RR":
        return 1 / (hits.index(True) + 1) if True in hits else 0.0
    if name == "AP":
        precisions = [sum(hits[:place + 1]) / (place + 1) for place, hit in enumerate(hits) if hit]
        return sum(precisions) / len(relevant) if relevant else 0.0
    if name == "R":
        return sum(hits) / len(relevant) if relevant else 0.0
    if name == "P":
        return sum(hits) / cut
    if name == "Success":
        return 1.0 if any(hits) else 0.0
    if name == "Judged":
        return sum(document in grades for document in top) / len(top) if top else 0.0
    raise ValueError(measure)


def main(folder, pairs, *measures):
    for pair in range(int(pairs)):
        qrels, run = {}, {}
        for query, _, document, grade in read(f"{folder}/qrels-{pair}", 4):
            qrels.setdefault(query, {})[document] = int(grade)
        for query, _, document, _, score, _ in read(f"{folder}/run-{pair}", 6):
            run.setdefault(query, []).append((float32(score), document.encode("utf-8"), document))
        rankings = {query: [document for _, _, document in sorted(run.get(query, []), reverse=True)] for query in qrels}
        for measure in measures:
            total = 0.0
            for query, grades in qrels.items():
                result = value(measure, grades, rankings[query])
                total += result
                print(pair, measure, query, repr(result))
            print(pair, measure, "all", repr(total / len(qrels)))


if __name__ == "__main__":
    main(*sys.argv[1:])
