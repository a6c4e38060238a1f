using System.Globalization;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Util;
using Sparse.LuceneNet.Impacts;
using Sparse.LuceneNet.Postings;
using Sparse.Vectors;

namespace Sparse.LuceneNet.Queries;

/// <summary>A <see cref="SparseQuery"/> against one index: its weights quantised to the field's scale.</summary>
internal sealed class SparseWeight : Weight
{
    private readonly SparseQuery _query;
    private readonly SparseFieldInfo? _field;
    private readonly BytesRef[] _terms;
    private readonly ushort[] _weights;
    private readonly int _exponent;
    private float _boost;

    public SparseWeight(SparseQuery query, IndexReader reader)
    {
        _query = query;
        _boost = query.Boost;
        _terms = query.TermBytes;
        _weights = new ushort[_terms.Length];
        _field = SparseFieldInfo.Read(reader, query.Field);
        if (_field is null)
        {
            return;
        }

        _exponent = QueryQuantizer.Quantize(query.WeightSpan, _field.Scale, _weights);
    }

    /// <inheritdoc/>
    public override Query Query => _query;

    /// <summary>One integer step of score, boosts included.</summary>
    private float Step => (float)Math.ScaleB(_boost, _exponent);

    /// <inheritdoc/>
    // Nothing for the norm of the whole query: scores here are final, and other clauses keep the norm that they had without us.
    public override float GetValueForNormalization() => 0;

    /// <inheritdoc/>
    public override void Normalize(float norm, float topLevelBoost) => _boost = _query.Boost * topLevelBoost;

    /// <inheritdoc/>
    public override BulkScorer? GetBulkScorer(AtomicReaderContext context, bool scoreDocsInOrder, IBits? acceptDocs) =>
        NewScorer(context, acceptDocs) is { } scorer ? new Bulk(scorer) : null;

    /// <inheritdoc/>
    public override Scorer? GetScorer(AtomicReaderContext context, IBits? acceptDocs) => NewScorer(context, acceptDocs);

    /// <inheritdoc/>
    public override Explanation Explain(AtomicReaderContext context, int doc)
    {
        var sum = new Explanation { Description = "sum over the query's terms of query weight × impact" };
        int score = 0;
        foreach ((ImpactCursor cursor, ushort weight, int index) in OpenTerms(context, out ImpactTerms? field) ?? [])
        {
            cursor.SeekTo(doc);
            if (cursor.Doc != doc)
            {
                continue;
            }

            int product = weight * cursor.Impact;
            score += product;
            var term = new Explanation(product, $"term '{_query.Terms[index]}', product of:");
            term.AddDetail(new Explanation(weight, string.Create(
                CultureInfo.InvariantCulture, $"query weight, {_query.Weights[index]:R} in steps of {Math.ScaleB(1 / (double)field!.Format.Scale, _exponent):G6}")));
            term.AddDetail(new Explanation(cursor.Impact, string.Create(
                CultureInfo.InvariantCulture, $"impact, {cursor.Impact * field.Format.Scale:G6} in steps of {field.Format.Scale:G6}")));
            sum.AddDetail(term);
        }

        if (score == 0)
        {
            return new ComplexExplanation(false, 0, $"no term of the query in sparse field '{_query.Field}' of the document");
        }

        sum.Value = score;
        var whole = new ComplexExplanation(true, score * Step, $"score in sparse field '{_query.Field}', product of:");
        whole.AddDetail(sum);
        whole.AddDetail(new Explanation((float)Math.ScaleB(1, _exponent), $"2^{_exponent}, a step of query weight × a step of impact"));
        if (_boost != 1)
        {
            whole.AddDetail(new Explanation(_boost, "boost"));
        }

        return whole;
    }

    private SparseScorer? NewScorer(AtomicReaderContext context, IBits? acceptDocs)
    {
        if (_field is not null && ImpactTerms.Of(context.AtomicReader, _query.Field) is { Mapped.IsReordered: true } reordered)
        {
            return NewReorderedScorer(reordered, acceptDocs);
        }

        if (OpenTerms(context, out _) is not { Count: > 0 } terms)
        {
            return null;
        }

        return new SparseScorer(
            this, [.. terms.Select(term => term.Cursor)], [.. terms.Select(term => (int)term.Weight)], Step, acceptDocs, context.AtomicReader.MaxDoc);
    }

    // Postings in an order of their own come to documents in none: scores of all of them at once cost less than sorting.
    private SparseScorer? NewReorderedScorer(ImpactTerms field, IBits? acceptDocs)
    {
        int[]? scores = null;
        long cost = 0;
        for (int i = 0; i < _terms.Length; i++)
        {
            if (_weights[i] > 0 && field.Dictionary.Find(_terms[i]) is var ord and >= 0)
            {
                scores ??= new int[field.MaxDoc];
                field.Mapped!.AddScores(ord, _weights[i], scores);
                cost += field.Dictionary.DocFreq(ord);
            }
        }

        if (scores is null)
        {
            return null;
        }

        return new SparseScorer(this, field.Mapped!.ToDocuments(scores), cost, Step, acceptDocs);
    }

    private List<(ImpactCursor Cursor, ushort Weight, int Index)>? OpenTerms(AtomicReaderContext context, out ImpactTerms? field)
    {
        field = _field is null ? null : ImpactTerms.Of(context.AtomicReader, _query.Field);
        if (field is null)
        {
            return null;
        }

        var found = new List<(ImpactCursor, ushort, int)>();
        for (int i = 0; i < _terms.Length; i++)
        {
            // A weight that rounds to 0 adds nothing, so its documents do not match by it.
            if (_weights[i] > 0 && field.Dictionary.Find(_terms[i]) is var ord and >= 0)
            {
                ImpactCursor cursor = field.NewCursor();
                cursor.Start(ord);
                found.Add((cursor, _weights[i], i));
            }
        }

        return found;
    }

    private sealed class Bulk(SparseScorer scorer) : BulkScorer
    {
        public override bool Score(ICollector collector, int max)
        {
            collector.SetScorer(scorer);
            return scorer.Collect(collector, max);
        }
    }
}
