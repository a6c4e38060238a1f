using System.Globalization;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Util;
using Sparse.LuceneNet.Impacts;
using Sparse.LuceneNet.Postings;
using Sparse.LuceneNet.Postings.Version2;
using Sparse.Search;

namespace Sparse.LuceneNet.Queries;

/// <summary>A <see cref="SparseQuery"/> against one index: its weights quantised to the scales of its fields.</summary>
internal sealed class SparseWeight : Weight
{
    private readonly SparseQuery _query;
    private readonly ushort[] _weights;
    private readonly int _exponent;
    private float _boost;

    public SparseWeight(SparseQuery query, IndexReader reader)
    {
        _query = query;
        _boost = query.Boost;
        _weights = new ushort[query.TermBytes.Length];
        float[] scales = [.. query.Fields.Select(field => SparseFieldInfo.Read(reader, field)?.Scale ?? 0)];
        if (Array.TrueForAll(scales, scale => scale == 0))
        {
            return;
        }

        _exponent = query.Quantize(scales, new float[_weights.Length], _weights);
        ScoresDocsOutOfOrder = reader.Leaves.Any(leaf => Fields(leaf) is [{ Terms.Mapped.IsReordered: true }]);
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
    public override bool ScoresDocsOutOfOrder { get; }

    /// <inheritdoc/>
    public override BulkScorer? GetBulkScorer(AtomicReaderContext context, bool scoreDocsInOrder, IBits? acceptDocs)
    {
        if (scoreDocsInOrder || Fields(context) is not [{ Terms.Mapped: { IsReordered: true } impacts } field])
        {
            return GetScorer(context, acceptDocs) is SparseScorer scorer ? new Bulk(scorer) : null;
        }

        return Sweep(field, impacts, out _) is { } sweep
            ? new PositionBulkScorer(this, impacts, sweep, Step, acceptDocs, () => (SparseScorer)GetScorer(context, acceptDocs)!)
            : null;
    }

    /// <inheritdoc/>
    public override Scorer? GetScorer(AtomicReaderContext context, IBits? acceptDocs)
    {
        SegmentField[] fields = Fields(context);
        ScoreWindows? windows = fields is [{ Terms.Mapped: { } impacts } field] ? MappedWindows(field, impacts) : CursorWindows(fields, context);
        return windows is null ? null : new SparseScorer(this, windows, Step, acceptDocs);
    }

    /// <inheritdoc/>
    public override Explanation Explain(AtomicReaderContext context, int doc)
    {
        var fields = new List<Explanation>();
        foreach (SegmentField field in Fields(context))
        {
            if (ExplainField(field, doc) is { } part)
            {
                fields.Add(part);
            }
        }

        string names = string.Join(" and ", _query.Fields.Select(name => $"'{name}'"));
        if (fields.Count == 0)
        {
            return new ComplexExplanation(false, 0, $"no term of the query in sparse field {names} of the document");
        }

        int score = fields.Sum(part => (int)part.Value);
        Explanation sum = fields[0];
        if (_query.Fields.Count > 1)
        {
            sum = new Explanation(score, "sum over the query's fields");
            fields.ForEach(sum.AddDetail);
        }

        var whole = new ComplexExplanation(true, score * Step, $"score in sparse field {names}, product of:");
        whole.AddDetail(sum);
        whole.AddDetail(new Explanation((float)Math.ScaleB(1, _exponent), $"2^{_exponent}, a step of query weight × a step of impact"));
        if (_boost != 1)
        {
            whole.AddDetail(new Explanation(_boost, "boost"));
        }

        return whole;
    }

    /// <summary>The query's weights in integers, in the order of its terms.</summary>
    public ReadOnlySpan<ushort> Weights => _weights;

    /// <summary>Score = Σ weight × impact × 2^this.</summary>
    public int Exponent => _exponent;

    /// <summary>A document's impacts of the query's terms.</summary>
    /// <param name="context">The segment.</param>
    /// <param name="doc">The document's number in it.</param>
    /// <returns>[terms] 0 where the document lacks the term or its weight is 0.</returns>
    public int[] ImpactsOf(AtomicReaderContext context, int doc)
    {
        var impacts = new int[_weights.Length];
        foreach (SegmentField field in Fields(context))
        {
            using MappedImpacts.Lease lease = field.Terms.Mapped is { } mapped ? mapped.Acquire() : default;
            Find(field, out int[] ordinals);
            for (int i = 0; i < ordinals.Length; i++)
            {
                impacts[field.First + i] = ordinals[i] < 0 ? 0 : field.Terms.Impact(ordinals[i], doc);
            }
        }

        return impacts;
    }

    /// <summary>The sum over one field's terms, in integer steps; null where the document has none of them.</summary>
    private Explanation? ExplainField(SegmentField field, int doc)
    {
        float scale = field.Terms.Format.Scale;
        string name = _query.Fields.Count == 1 ? "" : $" in sparse field '{field.Terms.Field}'";
        var sum = new Explanation { Description = $"sum over the query's terms{name} of query weight × impact" };
        int score = 0;
        using MappedImpacts.Lease lease = field.Terms.Mapped is { } mapped ? mapped.Acquire() : default;
        Find(field, out int[] ordinals);
        for (int i = 0; i < ordinals.Length; i++)
        {
            int impact = ordinals[i] < 0 ? 0 : field.Terms.Impact(ordinals[i], doc);
            if (impact == 0)
            {
                continue;
            }

            int at = field.First + i, product = _weights[at] * impact;
            score += product;
            var term = new Explanation(product, $"term '{_query.Terms[at]}', product of:");
            term.AddDetail(new Explanation(_weights[at], string.Create(
                CultureInfo.InvariantCulture, $"query weight, {_query.Weights[at]:R} in steps of {Math.ScaleB(1 / (double)scale, _exponent):G6}")));
            term.AddDetail(new Explanation(impact, string.Create(CultureInfo.InvariantCulture, $"impact, {impact * scale:G6} in steps of {scale:G6}")));
            sum.AddDetail(term);
        }

        sum.Value = score;
        return score == 0 ? null : sum;
    }

    /// <summary>The query's fields that a segment has.</summary>
    private SegmentField[] Fields(AtomicReaderContext context)
    {
        var fields = new List<SegmentField>(_query.Fields.Count);
        for (int field = 0; field < _query.Fields.Count; field++)
        {
            if (ImpactTerms.Of(context.AtomicReader, _query.Fields[field]) is { } terms)
            {
                fields.Add(new SegmentField(terms, _query.FieldStarts[field], _query.FieldStarts[field + 1] - _query.FieldStarts[field]));
            }
        }

        return [.. fields];
    }

    private ScoreWindows? MappedWindows(SegmentField field, MappedImpacts impacts) =>
        Sweep(field, impacts, out int[] ordinals) is not { } sweep ? null
        : impacts.IsReordered ? new ReorderedWindows(impacts, sweep, ordinals, _weights.AsSpan(field.First, field.Count).ToArray())
        : new SweptWindows(impacts, sweep);

    private WindowSweep? Sweep(SegmentField field, MappedImpacts impacts, out int[] ordinals)
    {
        using MappedImpacts.Lease lease = impacts.Acquire();
        return Find(field, out ordinals) ? new WindowSweep(impacts.Segment, ordinals, _weights.AsSpan(field.First, field.Count)) : null;
    }

    private CursorWindows? CursorWindows(SegmentField[] fields, AtomicReaderContext context)
    {
        List<ImpactCursor> cursors = [];
        List<int> weights = [];
        foreach (SegmentField field in fields)
        {
            using MappedImpacts.Lease lease = field.Terms.Mapped is { } mapped ? mapped.Acquire() : default;
            Find(field, out int[] ordinals);
            for (int i = 0; i < ordinals.Length; i++)
            {
                if (ordinals[i] >= 0)
                {
                    cursors.Add(field.Terms.NewCursor());
                    cursors[^1].Start(ordinals[i]);
                    weights.Add(_weights[field.First + i]);
                }
            }
        }

        return cursors.Count == 0 ? null : new CursorWindows(context.AtomicReader.MaxDoc, [.. cursors], [.. weights]);
    }

    /// <summary>Looks a field's terms up. Needs a lease where the field is mapped.</summary>
    private bool Find(SegmentField field, out int[] ordinals)
    {
        ordinals = new int[field.Count];
        return field.Terms.Find(_query.TermBytes.AsSpan(field.First, field.Count), _weights.AsSpan(field.First, field.Count), ordinals);
    }

    /// <summary>One of the query's fields in a segment, and which of the query's terms are its own.</summary>
    private readonly record struct SegmentField(ImpactTerms Terms, int First, int Count);

    private sealed class Bulk(SparseScorer scorer) : BulkScorer
    {
        public override bool Score(ICollector collector, int max)
        {
            collector.SetScorer(scorer);
            return scorer.Collect(collector, max);
        }
    }
}
