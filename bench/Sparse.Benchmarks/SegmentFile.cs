using Sparse.Impacts;

namespace Sparse.Benchmarks;

/// <summary>Builds a segment file from vectors.</summary>
internal static class SegmentFile
{
    /// <summary>Writes all vectors into one segment, its terms in the order of their ids.</summary>
    /// <param name="path">Overwritten.</param>
    /// <param name="documents">The vectors.</param>
    /// <param name="order">The document at each position; null where position = document.</param>
    /// <returns>The ordinal of each term id; -1 where no document has it.</returns>
    public static int[] Write(string path, VectorFile documents, int[]? order)
    {
        var next = new long[65_537];
        foreach (ushort term in documents.Terms)
        {
            next[term + 1]++;
        }

        for (int term = 0; term < 65_536; term++)
        {
            next[term + 1] += next[term];
        }

        long[] starts = [.. next];
        var positions = new int[documents.Terms.Length];
        var impacts = new byte[documents.Terms.Length];
        for (int position = 0; position < documents.Rows; position++)
        {
            int document = order is null ? position : order[position];
            for (long i = documents.Starts[document]; i < documents.Starts[document + 1]; i++)
            {
                long at = next[documents.Terms[i]]++;
                positions[at] = position;
                impacts[at] = documents.Impacts[i];
            }
        }

        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        var writer = new ImpactSegmentWriter(file, documents.Rows, order);
        var ordinals = new int[65_536];
        int ordinal = 0;
        for (int term = 0; term < 65_536; term++)
        {
            int from = (int)starts[term], count = (int)(starts[term + 1] - starts[term]);
            ordinals[term] = count > 0 ? ordinal++ : -1;
            if (count > 0)
            {
                writer.AddTermInOrder(positions.AsSpan(from, count), impacts.AsSpan(from, count));
            }
        }

        writer.Finish();
        return ordinals;
    }
}
