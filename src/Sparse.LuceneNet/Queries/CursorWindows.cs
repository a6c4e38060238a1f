using Lucene.Net.Search;
using Sparse.LuceneNet.Postings;

namespace Sparse.LuceneNet.Queries;

/// <summary>Windows added up from cursors, term after term: segments of version 1, and several fields at once.</summary>
/// <remarks>
/// A window is small after a jump (a filter or another clause leads) and doubles while documents are asked for one after the
/// other, so that both cost little: 64 to 4,096 documents, whose scores stay in the first-level cache.
/// </remarks>
/// <param name="documents">Documents of the segment.</param>
/// <param name="cursors">One a term, at its first posting. Owned by the windows.</param>
/// <param name="weights">One a term, &gt; 0.</param>
internal sealed class CursorWindows(int documents, ImpactCursor[] cursors, int[] weights)
    : ScoreWindows(documents, cursors.Sum(cursor => (long)cursor.DocFreq))
{
    private const int MinWindow = 64;
    private const int MaxWindow = 4_096;
    private int _size = MinWindow;

    /// <inheritdoc/>
    public override bool MoveTo(int target, bool all)
    {
        _size = all ? MaxWindow : target == End ? Math.Min(_size * 2, MaxWindow) : MinWindow;
        int first = DocIdSetIterator.NO_MORE_DOCS;
        foreach (ImpactCursor cursor in target < Documents ? cursors : [])
        {
            cursor.SeekTo(target);
            first = Math.Min(first, cursor.Doc);
        }

        if (first == DocIdSetIterator.NO_MORE_DOCS)
        {
            Start = End = Documents;
            return false;
        }

        Start = first;
        End = (int)Math.Min(first + (long)_size, Documents);
        if (Scores.Length == 0)
        {
            Scores = new int[MaxWindow];
        }

        Scores.AsSpan(0, End - Start).Clear();
        for (int i = 0; i < cursors.Length; i++)
        {
            Accumulate(cursors[i], weights[i]);
        }

        return true;
    }

    private void Accumulate(ImpactCursor cursor, int weight)
    {
        while (cursor.Doc < End)
        {
            ReadOnlySpan<int> docs = cursor.Docs;
            ReadOnlySpan<byte> impacts = cursor.Impacts[..docs.Length];
            Span<int> scores = Scores.AsSpan(0, End - Start);
            int start = Start;
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
