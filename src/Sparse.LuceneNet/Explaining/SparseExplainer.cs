using Lucene.Net.Index;
using Lucene.Net.Search;
using Sparse.LuceneNet.Queries;
using Sparse.Tokens;
using Sparse.Vectors;

namespace Sparse.LuceneNet.Explaining;

/// <summary>Explains the hits of one sparse query: weight × impact of each term, and the words that the terms came from.</summary>
internal sealed class SparseExplainer : IHitExplainer
{
    private readonly SparseQuery _query;
    private readonly ushort[] _weights;
    private readonly int _exponent;
    private readonly Func<int, int[]> _impactsOf;
    private readonly Vocabulary _vocabulary;
    private readonly Func<string, SourcedTerms?> _sourcesOf;
    private readonly SourcedTerms? _querySources;
    private readonly IReadOnlyDictionary<string, string> _rules;

    /// <summary>Makes an explainer.</summary>
    /// <param name="searcher">The state of the index that was searched.</param>
    /// <param name="query">The query.</param>
    /// <param name="vocabulary">The vocabulary of its terms.</param>
    /// <param name="querySources">Sources of the query's terms; null where nobody tells.</param>
    /// <param name="sourcesOf">Sources of a document's text.</param>
    /// <param name="rules">Terms whose weight a rule made, with the rule's id.</param>
    public SparseExplainer(
        IndexSearcher searcher, SparseQuery query, Vocabulary vocabulary, SourcedTerms? querySources, Func<string, SourcedTerms?> sourcesOf, IReadOnlyDictionary<string, string> rules)
        : this(query, (SparseWeight)query.CreateWeight(searcher), searcher.IndexReader.Leaves, vocabulary, querySources, sourcesOf, rules)
    {
    }

    /// <summary>Makes an explainer of documents wherever they lie.</summary>
    /// <param name="query">The query.</param>
    /// <param name="weights">[terms] its integer weights.</param>
    /// <param name="exponent">Score = Σ weight × impact × 2^this.</param>
    /// <param name="impactsOf">[terms] impacts in the document with a number.</param>
    /// <param name="vocabulary">The vocabulary of its terms.</param>
    /// <param name="querySources">Sources of the query's terms; null where nobody tells.</param>
    /// <param name="sourcesOf">Sources of a document's text.</param>
    /// <param name="rules">Terms whose weight a rule made, with the rule's id.</param>
    public SparseExplainer(
        SparseQuery query, ushort[] weights, int exponent, Func<int, int[]> impactsOf, Vocabulary vocabulary, SourcedTerms? querySources, Func<string, SourcedTerms?> sourcesOf,
        IReadOnlyDictionary<string, string> rules)
    {
        _query = query;
        _weights = weights;
        _exponent = exponent;
        _impactsOf = impactsOf;
        _vocabulary = vocabulary;
        _querySources = querySources;
        _sourcesOf = sourcesOf;
        _rules = rules;
    }

    private SparseExplainer(
        SparseQuery query, SparseWeight weight, IList<AtomicReaderContext> leaves, Vocabulary vocabulary, SourcedTerms? querySources, Func<string, SourcedTerms?> sourcesOf,
        IReadOnlyDictionary<string, string> rules)
        : this(query, weight.Weights.ToArray(), weight.Exponent, ImpactsIn(weight, leaves), vocabulary, querySources, sourcesOf, rules)
    {
    }

    private static Func<int, int[]> ImpactsIn(SparseWeight weight, IList<AtomicReaderContext> leaves) => doc =>
    {
        AtomicReaderContext leaf = leaves[ReaderUtil.SubIndex(doc, leaves)];
        return weight.ImpactsOf(leaf, doc - leaf.DocBase);
    };

    /// <inheritdoc/>
    public (HitExplanation Explanation, List<Mark> Marks) Explain(int doc, SparseDocument document)
    {
        int[] impacts = _impactsOf(doc);
        long points = 0;
        for (int i = 0; i < impacts.Length; i++)
        {
            points += _weights[i] * impacts[i];
        }

        SourcedTerms? sources = points == 0 ? null : _sourcesOf(document.FullText);
        List<int> sentences = BestPassage.SentenceStarts(document.Text);
        int textStart = document.FullText.Length - document.Text.Length;
        var terms = new List<MatchedTerm>();
        for (int i = 0; i < impacts.Length; i++)
        {
            if (impacts[i] == 0)
            {
                continue;
            }

            string term = _query.Terms[i];
            int product = _weights[i] * impacts[i];
            terms.Add(new MatchedTerm(
                term, _weights[i], impacts[i], product, Math.ScaleB((double)product, _exponent), (double)product / points, Holds(_querySources, term) && Holds(sources, term))
            {
                InQuery = Source(_querySources, term, 0, null),
                InDocument = Source(sources, term, textStart, sentences),
                Rule = _rules.GetValueOrDefault(term),
            });
        }

        terms.Sort((left, right) => left.Points != right.Points ? right.Points.CompareTo(left.Points) : string.CompareOrdinal(left.Term, right.Term));
        return (new HitExplanation(points, _exponent, terms), Marks(sources, terms, textStart));
    }

    private bool Holds(SourcedTerms? sources, string term)
    {
        if (sources is null || !_vocabulary.TryGetId(term, out int id))
        {
            return false;
        }

        foreach (Token token in sources.Tokens.Tokens)
        {
            if (token.Id == id && !token.IsAdded)
            {
                return true;
            }
        }

        return false;
    }

    private WordSource? Source(SourcedTerms? sources, string term, int textStart, List<int>? sentences)
    {
        if (sources is null || !_vocabulary.TryGetId(term, out int id) || Find(sources.Terms, id) is not { } found)
        {
            return null;
        }

        Token token = sources.Tokens.Tokens[found.Position];
        if (token.IsAdded)
        {
            return new WordSource(_vocabulary[token.Id], 0, 0, found.Position, sentences is null ? 1 : 0);
        }

        (int start, int end) = WordAt(sources.Tokens.Text, token, textStart);
        string word = sources.Tokens.Text[start..end];
        return start < textStart
            ? new WordSource(word, start, end, found.Position, 0)
            : new WordSource(word, start - textStart, end - textStart, found.Position, sentences is null ? 1 : BestPassage.SentenceAt(sentences, start - textStart));
    }

    // The word that won each term, and every other place of a term that the text holds itself.
    private List<Mark> Marks(SourcedTerms? sources, List<MatchedTerm> terms, int textStart)
    {
        var marks = new List<Mark>();
        if (sources is null)
        {
            return marks;
        }

        var numbers = new Dictionary<int, int>();
        for (int i = 0; i < terms.Count; i++)
        {
            if (_vocabulary.TryGetId(terms[i].Term, out int id))
            {
                numbers[id] = i;
                if (Find(sources.Terms, id) is { } found && sources.Tokens.Tokens[found.Position] is { IsAdded: false } token)
                {
                    (int start, int end) = WordAt(sources.Tokens.Text, token, textStart);
                    marks.Add(new Mark(start, end, i));
                }
            }
        }

        foreach (Token token in sources.Tokens.Tokens)
        {
            if (!token.IsAdded && numbers.TryGetValue(token.Id, out int number))
            {
                (int start, int end) = WordAt(sources.Tokens.Text, token, textStart);
                marks.Add(new Mark(start, end, number));
            }
        }

        return marks;
    }

    private static SourcedTerm? Find(IReadOnlyList<SourcedTerm> terms, int id)
    {
        int low = 0, high = terms.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (terms[middle].Term == id)
            {
                return terms[middle];
            }

            (low, high) = terms[middle].Term < id ? (middle + 1, high) : (low, middle - 1);
        }

        return null;
    }

    // A piece such as ##ization is shown as the word that it belongs to; a word does not reach from the title into the text.
    private static (int Start, int End) WordAt(string text, Token token, int textStart)
    {
        int start = token.Start, end = token.End;
        if (char.IsLetterOrDigit(text[start]))
        {
            while (start > 0 && start != textStart && char.IsLetterOrDigit(text[start - 1]))
            {
                start--;
            }

            while (end < text.Length && char.IsLetterOrDigit(text[end]))
            {
                end++;
            }
        }

        return (start, end);
    }
}
