using Lucene.Net.Search;
using Lucene.Net.Util;
using Sparse.LuceneNet.Postings;

namespace Sparse.LuceneNet.Queries;

/// <summary>Scores one segment a window of documents at a time, term after term within the window; documents come in ascending order.</summary>
/// <remarks>
/// A window is small after a jump (a filter or another clause leads) and doubles while documents are asked for one after the
/// other, so that both cost little: 64 to 4,096 documents, whose scores stay in the first-level cache.
/// </remarks>
internal sealed class SparseScorer : Scorer
{
    private const int MinWindow = 64;
    private const int MaxWindow = 4_096;

    private readonly ImpactCursor[] _cursors;
    private readonly int[] _weights;
    private readonly float _step;
    private readonly IBits? _acceptDocs;
    private readonly int _maxDoc;
    private readonly int[] _scores;
    private readonly long _cost;
    private int _start;
    private int _end;
    private int _window = MinWindow;
    private int _doc = -1;

    /// <summary>Makes a scorer.</summary>
    /// <param name="weight">Whose scorer it is.</param>
    /// <param name="cursors">One a term, at its first posting. Owned by the scorer.</param>
    /// <param name="weights">One a term, &gt; 0.</param>
    /// <param name="step">Score of one integer step.</param>
    /// <param name="acceptDocs">Documents that may match, or null for all.</param>
    /// <param name="maxDoc">Documents of the segment.</param>
    public SparseScorer(Weight weight, ImpactCursor[] cursors, int[] weights, float step, IBits? acceptDocs, int maxDoc)
        : base(weight)
    {
        _cursors = cursors;
        _weights = weights;
        _step = step;
        _acceptDocs = acceptDocs;
        _maxDoc = maxDoc;
        _scores = new int[MaxWindow];
        _cost = cursors.Sum(cursor => (long)cursor.DocFreq);
    }

    /// <summary>Makes a scorer of scores that are known, one window over the whole segment.</summary>
    /// <param name="weight">Whose scorer it is.</param>
    /// <param name="scores">[documents] integer scores. Owned by the scorer.</param>
    /// <param name="cost">Postings that were read for them.</param>
    /// <param name="step">Score of one integer step.</param>
    /// <param name="acceptDocs">Documents that may match, or null for all.</param>
    public SparseScorer(Weight weight, int[] scores, long cost, float step, IBits? acceptDocs)
        : base(weight)
    {
        _cursors = [];
        _weights = [];
        _step = step;
        _acceptDocs = acceptDocs;
        _maxDoc = _end = scores.Length;
        _scores = scores;
        _cost = cost;
    }

    /// <inheritdoc/>
    public override int DocID => _doc;

    /// <inheritdoc/>
    public override int Freq => 1;

    /// <inheritdoc/>
    public override float GetScore() => _scores[_doc - _start] * _step;

    /// <inheritdoc/>
    public override int NextDoc() => _doc == NO_MORE_DOCS ? NO_MORE_DOCS : Advance(_doc + 1);

    /// <inheritdoc/>
    public override int Advance(int target)
    {
        while (target < _end || FillWindow(target))
        {
            // A window may begin past the target, at the first document that has a term.
            target = Math.Max(target, _start);
            int offset = _scores.AsSpan(target - _start, _end - target).IndexOfAnyExcept(0);
            if (offset < 0)
            {
                target = _end;
                continue;
            }

            target += offset;
            if (_acceptDocs is null || _acceptDocs.Get(target))
            {
                return _doc = target;
            }

            target++;
        }

        return _doc = NO_MORE_DOCS;
    }

    /// <inheritdoc/>
    public override long GetCost() => _cost;

    /// <summary>Collects documents from the next one on, as a loop over <see cref="NextDoc"/> would but without a call for each.</summary>
    /// <param name="collector">Has been given this scorer.</param>
    /// <param name="max">The first document not to collect.</param>
    /// <returns>True when more documents follow.</returns>
    public bool Collect(ICollector collector, int max)
    {
        if (_doc == -1)
        {
            NextDoc();
        }

        while (_doc < max)
        {
            int end = Math.Min(_end, max);
            for (int doc = _doc; doc < end; doc++)
            {
                if (_scores[doc - _start] != 0 && (_acceptDocs is null || _acceptDocs.Get(doc)))
                {
                    _doc = doc;
                    collector.Collect(doc);
                }
            }

            Advance(end);
        }

        return _doc != NO_MORE_DOCS;
    }

    private bool FillWindow(int target)
    {
        if (target >= _maxDoc)
        {
            return false;
        }

        _window = target == _end ? Math.Min(_window * 2, MaxWindow) : MinWindow;
        int first = NO_MORE_DOCS;
        foreach (ImpactCursor cursor in _cursors)
        {
            cursor.SeekTo(target);
            first = Math.Min(first, cursor.Doc);
        }

        if (first == NO_MORE_DOCS)
        {
            return false;
        }

        _start = first;
        _end = (int)Math.Min(first + (long)_window, _maxDoc);
        _scores.AsSpan(0, _end - _start).Clear();
        for (int i = 0; i < _cursors.Length; i++)
        {
            Accumulate(_cursors[i], _weights[i]);
        }

        return true;
    }

    private void Accumulate(ImpactCursor cursor, int weight)
    {
        while (cursor.Doc < _end)
        {
            ReadOnlySpan<int> docs = cursor.Docs;
            ReadOnlySpan<byte> impacts = cursor.Impacts[..docs.Length];
            Span<int> scores = _scores.AsSpan(0, _end - _start);
            int start = _start;
            int i = 0;
            unchecked
            {
                // Weights sum to at most 65,793 and impacts end at 255, so no score reaches 2²⁴.
                for (; i < docs.Length; i++)
                {
                    uint slot = (uint)(docs[i] - start);
                    if (slot >= (uint)scores.Length)
                    {
                        break;
                    }

                    scores[(int)slot] += weight * impacts[i];
                }
            }

            cursor.Skip(i);
        }
    }
}
