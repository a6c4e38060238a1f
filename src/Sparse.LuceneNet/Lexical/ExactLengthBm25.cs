using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Search.Similarities;
using Lucene.Net.Util;

namespace Sparse.LuceneNet.Lexical;

/// <summary>Okapi BM25 with Lucene's IDF, and document lengths kept as they are.</summary>
/// <remarks>
/// Lucene.NET's BM25Similarity rounds a document's length to one byte with three bits of mantissa. 2026-11-23, nDCG@10 rounded → exact,
/// reference in brackets: scifact .6786 → .6759 (.6759), vespa-docs-qa .6695 → .6595 (.6590), chunking-eval .7599 → .7661 (.7680),
/// cranfield .4918 → .4907 (.4908), nfcorpus .3198 → .3206 (.3210). Hence exact: the norm is the number of words,
/// all of them, so that the norms of some documents sum to the total that an index of these alone would have.
/// Index-time boosts are not part of it. Immutable and safe for concurrent use.
/// </remarks>
internal sealed class ExactLengthBm25 : Similarity
{
    private readonly float _k1;
    private readonly float _b;

    /// <summary>Makes the similarity.</summary>
    /// <param name="k1">Saturation of repeated words, finite and ≥ 0.</param>
    /// <param name="b">Share of length normalisation, 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of its range.</exception>
    public ExactLengthBm25(float k1, float b)
    {
        if (!(k1 >= 0) || float.IsPositiveInfinity(k1))
        {
            throw new ArgumentOutOfRangeException(nameof(k1), k1, "BM25's k1 must be finite and at least 0.");
        }

        if (!(b is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(b), b, "BM25's b must lie between 0 and 1.");
        }

        _k1 = k1;
        _b = b;
    }

    /// <summary>Documents that have words, as in Lucene since version 8: passages behind a document's first have none.</summary>
    /// <param name="statistics">Of the text field.</param>
    public static long CountOf(CollectionStatistics statistics) => statistics.DocCount > 0 ? statistics.DocCount : statistics.MaxDoc;

    /// <summary>Words of the average document.</summary>
    /// <param name="statistics">Of the text field.</param>
    public static double AverageLengthOf(CollectionStatistics statistics) => statistics.SumTotalTermFreq <= 0 ? 1 : statistics.SumTotalTermFreq / (double)CountOf(statistics);

    /// <summary>A document's length over the average one's.</summary>
    /// <param name="lengths">Those of its segment; null where the field has none.</param>
    /// <param name="doc">The document within its segment.</param>
    /// <param name="average"><see cref="AverageLengthOf"/>.</param>
    public static double RelativeLength(NumericDocValues? lengths, int doc, double average) => lengths is null ? 1 : lengths.Get(doc) / average;

    /// <summary>How rare a word is.</summary>
    /// <param name="documents">Documents of the index.</param>
    /// <param name="docFreq">Documents that hold the word.</param>
    public static double Idf(long documents, long docFreq) => Math.Log(1 + (documents - docFreq + 0.5) / (docFreq + 0.5));

    /// <summary>The most that a word can score, however often a document says it.</summary>
    /// <param name="documents">Documents of the index.</param>
    /// <param name="docFreq">Documents that hold the word.</param>
    public double MostOf(long documents, long docFreq) => Idf(documents, docFreq) * (_k1 + 1);

    /// <summary>How much of a word's most a document has.</summary>
    /// <param name="freq">How often it says the word.</param>
    /// <param name="length">Its words, over the average document's.</param>
    public double Saturation(float freq, double length) => freq * (_k1 + 1.0) / (freq + _k1 * (1 - _b + _b * length));

    /// <inheritdoc/>
    public override long ComputeNorm(FieldInvertState state) => state.Length;

    /// <inheritdoc/>
    public override SimWeight ComputeWeight(float queryBoost, CollectionStatistics collectionStats, params TermStatistics[] termStats)
    {
        long documents = CountOf(collectionStats);
        double idf = termStats.Sum(term => Idf(documents, term.DocFreq));
        return new WordWeight(collectionStats.Field, AverageLengthOf(collectionStats), idf, queryBoost);
    }

    /// <inheritdoc/>
    public override SimScorer GetSimScorer(SimWeight weight, AtomicReaderContext context)
    {
        var word = (WordWeight)weight;
        return new WordScorer(this, word, context.AtomicReader.GetNormValues(word.Field));
    }

    /// <inheritdoc/>
    public override string ToString() => $"BM25(k1={_k1},b={_b})";

    private sealed class WordWeight(string name, double averageLength, double idf, float queryBoost) : SimWeight
    {
        public string Field => name;

        public double AverageLength => averageLength;

        public double Idf => idf;

        public double Boost { get; private set; } = queryBoost;

        public double Value => idf * Boost;

        public override float GetValueForNormalization() => (float)(Value * Value);

        // As in every BM25, the query's norm is left out: QueryNorm is 1.
        public override void Normalize(float queryNorm, float topLevelBoost) => Boost = (double)queryBoost * topLevelBoost;
    }

    private sealed class WordScorer(ExactLengthBm25 similarity, WordWeight weight, NumericDocValues? lengths) : SimScorer
    {
        public override float Score(int doc, float freq) => (float)(weight.Value * Saturation(doc, freq));

        public override float ComputeSlopFactor(int distance) => 1f / (distance + 1);

        public override float ComputePayloadFactor(int doc, int start, int end, BytesRef payload) => 1;

        public override Explanation Explain(int doc, Explanation freq)
        {
            var result = new Explanation(Score(doc, freq.Value), $"score of document {doc}, product of:");
            if (weight.Boost != 1)
            {
                result.AddDetail(new Explanation((float)weight.Boost, "boost"));
            }

            result.AddDetail(new Explanation((float)weight.Idf, "idf"));
            var saturation = new Explanation((float)Saturation(doc, freq.Value), "freq × (k1 + 1) / (freq + k1 × (1 − b + b × length / average length)), with:");
            saturation.AddDetail(freq);
            saturation.AddDetail(new Explanation(similarity._k1, "k1"));
            saturation.AddDetail(new Explanation(similarity._b, "b"));
            if (lengths is not null)
            {
                saturation.AddDetail(new Explanation(lengths.Get(doc), "length in words"));
                saturation.AddDetail(new Explanation((float)weight.AverageLength, "average length"));
            }

            result.AddDetail(saturation);
            return result;
        }

        private double Saturation(int doc, float freq) => similarity.Saturation(freq, RelativeLength(lengths, doc, weight.AverageLength));
    }
}
