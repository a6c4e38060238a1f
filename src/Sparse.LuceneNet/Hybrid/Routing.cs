using Lucene.Net.Analysis;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Sparse.LuceneNet.Fields;
using Sparse.LuceneNet.Lexical;
using Sparse.LuceneNet.Storage;
using Sparse.Tokens;
using Sparse.Vectors;
using Token = Sparse.Tokens.Token;

namespace Sparse.LuceneNet.Hybrid;

/// <summary>Codes in a query: words that the vocabulary breaks to pieces, or that are all of the query, and that few documents hold. Their pieces say little of them, and BM25
/// knows them as they are, so the pieces leave the query's terms and the words' share of the query goes to the words.</summary>
/// <remarks>
/// Only of queries that they are most of, and only of words that are written as codes are. 2026-11-24, nDCG@10: moving every rare word of three
/// pieces, names too, cost SciFact .0036 and NFCorpus .0039, because the pieces of "alkylphenols" find alkyls; and questions about a code are
/// answered better by both legs (RR@10 on tldr .61, and .55 with its weight moved; BM25 .43).
/// A query that is nothing but codes asks for exactly them, so fewer pieces do where very few documents hold them: the vocabulary has "300" and "##ms",
/// "sara" for "SaRA", and the model thinks of other things. 2026-11-29, the 12 and 11 of 200 bare codes that had not been routed were all of this kind.
/// </remarks>
/// <param name="Words">The words, as blanks part them, in the order of the query.</param>
/// <param name="Pieces">Ids of pieces that no other word of the query has.</param>
/// <param name="Claim">Their share of the most that the query could score by words, 0 to 1.</param>
internal sealed record Routing(IReadOnlyList<RoutedWord> Words, IReadOnlySet<int> Pieces, double Claim)
{
    private const int LeastPieces = 3;
    private const double LeastClaim = .5;

    // What more than every tenth document holds is a word of the collection. One in a hundred or in ten: RR@10 of bare codes .7465, .7440 on tldr, .8691, .8706 on vespa-docs-qa.
    private const double MostDocuments = .1;

    // What the vocabulary has in a piece or two may be a word that the model knows (JavaScript, B12): only if rarer than one in a hundred, and if nothing else is asked for.
    private const double MostDocumentsOfFewPieces = .01;

    private const string Opening = "\"'([{<";
    private const string Closing = "\"')]}>.,;:!?";

    /// <summary>No such word.</summary>
    public static Routing None { get; } = new([], new HashSet<int>(), 0);

    /// <summary>Looks for them.</summary>
    /// <param name="searcher">A searcher of the index's view.</param>
    /// <param name="analyzer">The analyzer of the text field.</param>
    /// <param name="tokenizer">The encoder's.</param>
    /// <param name="text">The query.</param>
    /// <param name="words">Its words as they are searched for, rules applied.</param>
    public static Routing Of(IndexSearcher searcher, Analyzer analyzer, ITokenizer tokenizer, string text, IReadOnlyList<(string Word, float Weight)> words) =>
        Of(ExactLengthBm25.CountOf(searcher.CollectionStatistics(SparseFields.Text)), all => Holders(searcher, all), analyzer, tokenizer, text, words);

    /// <summary>Looks for them in a collection that something else counts.</summary>
    /// <param name="documents">Documents that have words.</param>
    /// <param name="holders">How many documents hold all of some words, of one at least.</param>
    /// <param name="analyzer">The analyzer of the text field.</param>
    /// <param name="tokenizer">The encoder's.</param>
    /// <param name="text">The query.</param>
    /// <param name="words">Its words as they are searched for.</param>
    public static Routing Of(
        long documents, Func<IReadOnlyList<string>, long> holders, Analyzer analyzer, ITokenizer tokenizer, string text, IReadOnlyList<(string Word, float Weight)> words)
    {
        HashSet<string> searched = [.. words.Select(word => word.Word)];
        List<(string Word, int Start, int End)> places = WordQuery.Places(analyzer, text);
        Token[] tokens = [.. tokenizer.Encode(text, addSpecialTokens: false).Tokens];
        var routed = new List<RoutedWord>();
        var parts = new HashSet<string>(StringComparer.Ordinal);
        var pieces = new HashSet<Token>();
        List<(int Start, int End)> codes = [.. Spans(text).Where(span => IsCode(text.AsSpan(span.Start, span.End - span.Start)))];
        bool isAllCodes = places.TrueForAll(place => codes.Exists(span => place.Start >= span.Start && place.End <= span.End));
        foreach ((int start, int end) in codes)
        {
            var within = places.Where(place => place.Start >= start && place.End <= end && searched.Contains(place.Word)).ToList();
            Token[] own = [.. tokens.Where(token => token.Start < end && token.End > start)];
            if (within.Count == 0 || (own.Length < LeastPieces && !isAllCodes))
            {
                continue;
            }

            long holding = holders([.. within.Select(place => place.Word).Distinct()]);
            if (holding > 0 && holding <= Math.Max(1, documents * (own.Length < LeastPieces ? MostDocumentsOfFewPieces : MostDocuments)))
            {
                routed.Add(new RoutedWord(text[start..end], own.Length, (int)holding));
                parts.UnionWith(within.Select(place => place.Word));
                pieces.UnionWith(own);
            }
        }

        if (routed.Count == 0)
        {
            return None;
        }

        double all = 0, claimed = 0;
        foreach ((string word, float weight) in words)
        {
            double bound = weight * ExactLengthBm25.Idf(documents, holders([word]));
            all += bound;
            claimed += parts.Contains(word) ? bound : 0;
        }

        if (claimed < all * LeastClaim)
        {
            return None;
        }

        HashSet<int> ids = [.. pieces.Select(token => token.Id)];
        ids.ExceptWith(tokens.Where(token => !pieces.Contains(token)).Select(token => token.Id));
        return new Routing(routed, ids, claimed / all);
    }

    /// <summary>A query's vector without the pieces.</summary>
    /// <param name="vector">The vector.</param>
    public TermVector Without(TermVector vector) => Pieces.Count == 0 ? vector
        : TermVector.FromPairs(Enumerable.Range(0, vector.Count).Where(i => !Pieces.Contains(vector.Terms[i])).Select(i => KeyValuePair.Create(vector.Terms[i], vector.Weights[i])));

    // What blanks part, without brackets, quotes and the punctuation of a sentence around it.
    private static IEnumerable<(int Start, int End)> Spans(string text)
    {
        for (int i = 0; i < text.Length;)
        {
            int end = i;
            while (end < text.Length && !char.IsWhiteSpace(text[end]))
            {
                end++;
            }

            int from = i, to = end;
            while (from < to && Opening.Contains(text[from], StringComparison.Ordinal))
            {
                from++;
            }

            while (to > from && Closing.Contains(text[to - 1], StringComparison.Ordinal))
            {
                to--;
            }

            if (to > from)
            {
                yield return (from, to);
            }

            i = end + 1;
        }
    }

    // With a digit, a hyphen at the front, a sign between letters other than hyphen and apostrophe, or a capital after a small letter.
    private static bool IsCode(ReadOnlySpan<char> word)
    {
        for (int i = 0; i < word.Length; i++)
        {
            bool isSign = !char.IsLetterOrDigit(word[i]) && word[i] is not ('-' or '\'' or '\u2019' or '\u2010' or '\u2011' or '\u2013');
            if (char.IsDigit(word[i]) || isSign || (i == 0 ? word[i] == '-' : char.IsUpper(word[i]) && char.IsLower(word[i - 1])))
            {
                return true;
            }
        }

        return false;
    }

    // How many documents hold all words.
    private static int Holders(IndexSearcher searcher, IReadOnlyList<string> words)
    {
        if (words is [var alone])
        {
            return IndexView.Words(searcher).Documents(SparseFields.Text, alone);
        }

        var counter = new TotalHitCountCollector();
        searcher.Search(Clauses.Join([.. words.Select(word => new TermQuery(new Term(SparseFields.Text, word)))], Occur.MUST), counter);
        return counter.TotalHits;
    }
}
