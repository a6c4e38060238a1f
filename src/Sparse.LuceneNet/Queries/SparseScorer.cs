using System.Runtime.CompilerServices;
using Lucene.Net.Search;
using Lucene.Net.Util;
using Sparse.Search;

namespace Sparse.LuceneNet.Queries;

/// <summary>Walks the documents of one segment that have a score, in ascending order.</summary>
/// <param name="weight">Whose scorer it is.</param>
/// <param name="windows">The scores. Owned by the scorer.</param>
/// <param name="step">Score of one integer step.</param>
/// <param name="acceptDocs">Documents that may match, or null for all.</param>
internal sealed class SparseScorer(Weight weight, ScoreWindows windows, float step, IBits? acceptDocs) : Scorer(weight)
{
    private const int Chunk = WindowSweep.WindowSize;
    private int _doc = -1;

    /// <inheritdoc/>
    public override int DocID => _doc;

    /// <inheritdoc/>
    public override int Freq => 1;

    /// <inheritdoc/>
    public override float GetScore() => windows.Scores[_doc - windows.Start] * step;

    /// <inheritdoc/>
    public override int NextDoc() => _doc == NO_MORE_DOCS ? NO_MORE_DOCS : Advance(_doc + 1);

    /// <inheritdoc/>
    public override int Advance(int target) => Advance(target, all: false);

    /// <inheritdoc/>
    public override long GetCost() => windows.Postings;

    /// <summary>Collects documents from the next one on, as a loop over <see cref="NextDoc"/> would but without a call for each.</summary>
    /// <param name="collector">Has been given this scorer.</param>
    /// <param name="max">The first document not to collect.</param>
    /// <returns>True when more documents follow.</returns>
    [SkipLocalsInit]
    public unsafe bool Collect(ICollector collector, int max)
    {
        ushort* places = stackalloc ushort[Chunk];
        for (int from = Math.Max(_doc, 0); from < max && (from < windows.End || windows.MoveTo(from, all: true));)
        {
            from = Math.Max(from, windows.Start);
            int count = Math.Min(Math.Min(windows.End, max) - from, Chunk), found = 0;
            if (count > 0)
            {
                fixed (int* scores = &windows.Scores[from - windows.Start])
                {
                    found = NonZeroScores.Find(scores, count, places);
                }
            }

            for (int i = 0; i < found; i++)
            {
                int doc = from + places[i];
                if (acceptDocs is null || acceptDocs.Get(doc))
                {
                    _doc = doc;
                    collector.Collect(doc);
                }
            }

            from += Math.Max(count, 0);
        }

        return Advance(max, all: true) != NO_MORE_DOCS;
    }

    private int Advance(int target, bool all)
    {
        while (target < windows.End || windows.MoveTo(target, all))
        {
            // A window may begin past the target, at the first document that has a term.
            target = Math.Max(target, windows.Start);
            int offset = windows.Scores.AsSpan(target - windows.Start, windows.End - target).IndexOfAnyExcept(0);
            if (offset < 0)
            {
                target = windows.End;
                continue;
            }

            target += offset;
            if (acceptDocs is null || acceptDocs.Get(target))
            {
                return _doc = target;
            }

            target++;
        }

        return _doc = NO_MORE_DOCS;
    }
}
