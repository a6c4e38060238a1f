using Lucene.Net.Index;

namespace Sparse.LuceneNet.Postings;

/// <summary>Where the documents of a merge's sources go.</summary>
/// <remarks>Lucene's own maps unpack a number for each look-up, which is too slow for each posting: a source with deleted documents gets an array.</remarks>
internal sealed class MergedDocuments(MergeState merge)
{
    private readonly int[]?[] _moved = new int[merge.DocMaps.Length][];

    /// <summary>The first document of a source in the merged segment.</summary>
    public int Start(int reader) => merge.DocBase[reader];

    /// <summary>[documents of the source] their numbers in the merged segment, −1 for deleted ones; null where they all keep their places after <see cref="Start"/>.</summary>
    public int[]? Moved(int reader)
    {
        MergeState.DocMap map = merge.DocMaps[reader];
        if (!map.HasDeletions)
        {
            return null;
        }

        if (_moved[reader] is not { } moved)
        {
            moved = _moved[reader] = new int[map.MaxDoc];
            for (int doc = 0; doc < moved.Length; doc++)
            {
                int place = map.Get(doc);
                moved[doc] = place < 0 ? -1 : Start(reader) + place;
            }
        }

        return moved;
    }
}
