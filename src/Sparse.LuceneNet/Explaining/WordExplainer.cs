using Lucene.Net.Analysis;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Sparse.LuceneNet.Lexical;

namespace Sparse.LuceneNet.Explaining;

/// <summary>Explains the hits of one query by words: what each word, phrase or pattern of it scores, and where the text says it.</summary>
internal sealed class WordExplainer : IHitExplainer
{
    private readonly IndexSearcher _searcher;
    private readonly Analyzer _analyzer;
    private readonly List<(Weight Weight, string Name, HashSet<string> Words, string? Prefix)> _leaves = [];
    private readonly List<(string Word, int Start, int End)> _queryWords;
    private readonly string _text;

    /// <summary>Makes an explainer.</summary>
    /// <param name="searcher">What searched.</param>
    /// <param name="query">The query.</param>
    /// <param name="text">Its text.</param>
    /// <param name="analyzer">The analyzer of the words.</param>
    public WordExplainer(IndexSearcher searcher, Query query, string text, Analyzer analyzer)
    {
        _searcher = searcher;
        _analyzer = analyzer;
        _text = text;
        _queryWords = WordQuery.Places(analyzer, text);
        AddLeaves(query, 1);
    }

    /// <inheritdoc/>
    public (HitExplanation Explanation, List<Mark> Marks) Explain(int doc, SparseDocument document)
    {
        List<(string Word, int Start, int End)> places = WordQuery.Places(_analyzer, document.FullText);
        List<int> sentences = BestPassage.SentenceStarts(document.Text);
        int textStart = document.FullText.Length - document.Text.Length;
        IList<AtomicReaderContext> segments = _searcher.IndexReader.Leaves;
        AtomicReaderContext segment = segments[ReaderUtil.SubIndex(doc, segments)];
        (MatchedTerm Term, int Leaf)[] matched =
        [
            .. _leaves.Select((leaf, i) => (Explanation: leaf.Weight.Explain(segment, doc - segment.DocBase), Leaf: i)).Where(leaf => leaf.Explanation.IsMatch)
                .Select(leaf => (new MatchedTerm(_leaves[leaf.Leaf].Name, 0, 0, 0, leaf.Explanation.Value, 0, true), leaf.Leaf))
                .OrderByDescending(leaf => leaf.Item1.Score).ThenBy(leaf => leaf.Leaf),
        ];
        double sum = matched.Sum(match => match.Term.Score);
        var terms = new List<MatchedTerm>();
        var marks = new List<Mark>();
        foreach ((MatchedTerm term, int leaf) in matched)
        {
            Mark[] own = [.. places.Where(place => Speaks(leaf, place.Word)).Select(place => new Mark(place.Start, place.End, terms.Count))];
            marks.AddRange(own);
            terms.Add(term with
            {
                Share = sum == 0 ? 0 : term.Score / sum,
                InQuery = _queryWords.Where(word => Speaks(leaf, word.Word)).Select(word => new WordSource(_text[word.Start..word.End], word.Start, word.End, -1, 1)).FirstOrDefault(),
                InDocument = own.Length == 0 ? null : own[0].Start < textStart
                    ? new WordSource(document.FullText[own[0].Start..own[0].End], own[0].Start, own[0].End, -1, 0)
                    : new WordSource(document.FullText[own[0].Start..own[0].End], own[0].Start - textStart, own[0].End - textStart, -1, BestPassage.SentenceAt(sentences, own[0].Start - textStart)),
            });
        }

        return (new HitExplanation(0, 0, terms), marks);
    }

    private bool Speaks(int leaf, string word) =>
        _leaves[leaf].Words.Contains(word) || (_leaves[leaf].Prefix is { } prefix && word.StartsWith(prefix, StringComparison.Ordinal));

    private void AddLeaves(Query query, float boost)
    {
        if (query is BooleanQuery all)
        {
            foreach (BooleanClause clause in all.Clauses.Where(clause => !clause.IsProhibited))
            {
                AddLeaves(clause.Query, boost * all.Boost);
            }

            return;
        }

        var leaf = (Query)query.Clone();
        leaf.Boost *= boost;
        HashSet<string> words = query switch
        {
            TermQuery term => [term.Term.Text],
            PhraseQuery phrase => [.. phrase.GetTerms().Select(term => term.Text)],
            _ => [],
        };
        _leaves.Add((_searcher.CreateNormalizedWeight(leaf), query.ToString(SparseFields.Text).Split('^')[0], words, (query as PrefixQuery)?.Prefix.Text));
    }
}
