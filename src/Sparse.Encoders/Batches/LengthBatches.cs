namespace Sparse.Encoders.Batches;

/// <summary>Groups texts of like length, so that little is computed for padding.</summary>
internal static class LengthBatches
{
    /// <summary>The most texts of one batch, which bounds its output of texts × vocabulary weights.</summary>
    internal const int MaxTexts = 32;

    /// <summary>Groups texts by length, the longest first, so that the last batches to finish are short.</summary>
    /// <param name="lengths">Tokens of each text.</param>
    /// <param name="budget">Tokens of a batch with its padding; a longer text makes a batch of its own.</param>
    /// <param name="maxTexts">The most texts of a batch.</param>
    /// <returns>Places in <paramref name="lengths"/>, each once; the first of a batch is its longest.</returns>
    internal static List<ArraySegment<int>> Make(ReadOnlySpan<int> lengths, int budget, int maxTexts = MaxTexts)
    {
        var order = new int[lengths.Length];
        var keys = new (int Longest, int Place)[lengths.Length];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
            keys[i] = (-lengths[i], i);
        }

        Array.Sort(keys, order);
        List<ArraySegment<int>> batches = [];
        for (int from = 0; from < order.Length;)
        {
            int most = Math.Clamp(budget / Math.Max(1, lengths[order[from]]), 1, maxTexts);
            int count = Math.Min(most, order.Length - from);
            batches.Add(new ArraySegment<int>(order, from, count));
            from += count;
        }

        return batches;
    }
}
