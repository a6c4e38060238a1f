using System.Globalization;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Util;
using Sparse.LuceneNet.Impacts;
using Sparse.LuceneNet.Postings;
using Sparse.LuceneNet.Postings.Version2;
using Sparse.Search;
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
        ScoresDocsOutOfOrder = reader.Leaves.Any(leaf => ImpactTerms.Of(leaf.AtomicReader, query.Field) is { Mapped.IsReordered: true });
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
        if (scoreDocsInOrder || Terms(context) is not { Mapped: { IsReordered: true } impacts } field)
        {
            return GetScorer(context, acceptDocs) is SparseScorer scorer ? new Bulk(scorer) : null;
        }

        return Sweep(field, impacts, new int[_terms.Length]) is { } sweep
            ? new PositionBulkScorer(this, impacts, sweep, Step, acceptDocs, () => (SparseScorer)GetScorer(context, acceptDocs)!)
            : null;
    }

    /// <inheritdoc/>
    public override Scorer? GetScorer(AtomicReaderContext context, IBits? acceptDocs)
    {
        if (Terms(context) is not { } field)
        {
            return null;
        }

        ScoreWindows? windows = field.Mapped is { } impacts ? MappedWindows(field, impacts) : CursorWindows(field);
        return windows is null ? null : new SparseScorer(this, windows, Step, acceptDocs);
    }

    /// <inheritdoc/>
    public override Explanation Explain(AtomicReaderContext context, int doc)
    {
        var sum = new Explanation { Description = "sum over the query's terms of query weight × impact" };
        int score = 0;
        ImpactTerms? field = Terms(context);
        int[] impacts = field is null ? [] : Impacts(field, doc);
        for (int i = 0; i < impacts.Length; i++)
        {
            if (impacts[i] == 0)
            {
                continue;
            }

            int product = _weights[i] * impacts[i];
            score += product;
            var term = new Explanation(product, $"term '{_query.Terms[i]}', product of:");
            term.AddDetail(new Explanation(_weights[i], string.Create(
                CultureInfo.InvariantCulture, $"query weight, {_query.Weights[i]:R} in steps of {Math.ScaleB(1 / (double)field!.Format.Scale, _exponent):G6}")));
            term.AddDetail(new Explanation(impacts[i], string.Create(
                CultureInfo.InvariantCulture, $"impact, {impacts[i] * field.Format.Scale:G6} in steps of {field.Format.Scale:G6}")));
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

    private ImpactTerms? Terms(AtomicReaderContext context) => _field is null ? null : ImpactTerms.Of(context.AtomicReader, _query.Field);

    private ScoreWindows? MappedWindows(ImpactTerms field, MappedImpacts impacts)
    {
        var ordinals = new int[_terms.Length];
        return Sweep(field, impacts, ordinals) is not { } sweep ? null
            : impacts.IsReordered ? new ReorderedWindows(impacts, sweep, ordinals, _weights)
            : new SweptWindows(impacts, sweep);
    }

    private WindowSweep? Sweep(ImpactTerms field, MappedImpacts impacts, int[] ordinals)
    {
        using MappedImpacts.Lease lease = impacts.Acquire();
        return field.Find(_terms, _weights, ordinals) ? new WindowSweep(impacts.Segment, ordinals, _weights) : null;
    }

    private CursorWindows? CursorWindows(ImpactTerms field)
    {
        var ordinals = new int[_terms.Length];
        if (!field.Find(_terms, _weights, ordinals))
        {
            return null;
        }

        List<ImpactCursor> cursors = [];
        List<int> weights = [];
        for (int i = 0; i < ordinals.Length; i++)
        {
            if (ordinals[i] >= 0)
            {
                cursors.Add(field.NewCursor());
                cursors[^1].Start(ordinals[i]);
                weights.Add(_weights[i]);
            }
        }

        return new CursorWindows(field.MaxDoc, [.. cursors], [.. weights]);
    }

    /// <summary>[terms] the impacts of a document; 0 where a term is not, or adds nothing.</summary>
    private int[] Impacts(ImpactTerms field, int doc)
    {
        var ordinals = new int[_terms.Length];
        using MappedImpacts.Lease lease = field.Mapped is { } impacts ? impacts.Acquire() : default;
        field.Find(_terms, _weights, ordinals);
        return Array.ConvertAll(ordinals, ord => ord < 0 ? 0 : field.Impact(ord, doc));
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
