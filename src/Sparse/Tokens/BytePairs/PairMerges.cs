namespace Sparse.Tokens.BytePairs;

/// <summary>The merges of byte-pair encoding: which two neighbouring symbols become one, and which of them first.</summary>
/// <remarks>Sennrich et al., arXiv:1508.07909. The lowest rank is merged first, of equal ranks the leftmost. n symbols take O(n log n).</remarks>
internal sealed class PairMerges
{
    private readonly Dictionary<(int Left, int Right), (int Rank, int Merged)> _merges = [];

    /// <summary>Says that <paramref name="left"/> and <paramref name="right"/> may become <paramref name="merged"/>; the first word on a pair counts.</summary>
    public void Add(int left, int right, int rank, int merged) => _merges.TryAdd((left, right), (rank, merged));

    /// <summary>Merges until nothing more can be merged.</summary>
    /// <param name="symbols">The symbols by id, changed in place; ids that are no piece, such as −1, merge with nothing.</param>
    /// <param name="work">Working memory, used again from word to word.</param>
    /// <returns>Where the symbols that are left begin, in order: places in <paramref name="symbols"/>, which holds their ids there.</returns>
    public ReadOnlySpan<int> Merge(Span<int> symbols, MergeWork work)
    {
        work.Begin(symbols.Length);
        Span<int> next = work.Next, previous = work.Previous;
        for (int i = 0; i < symbols.Length; i++)
        {
            next[i] = i + 1;
            previous[i] = i - 1;
            Propose(symbols, i, i + 1, work);
        }

        while (work.Queue.TryDequeue(out (int Left, int Right, int Merged) pair, out (int Rank, int Place) priority))
        {
            int left = priority.Place;
            int right = next[left];
            if (symbols[left] != pair.Left || right >= symbols.Length || symbols[right] != pair.Right)
            {
                continue;  // One of the two was merged with another neighbour meanwhile.
            }

            symbols[left] = pair.Merged;
            symbols[right] = MergeWork.Gone;
            next[left] = next[right];
            if (next[right] < symbols.Length)
            {
                previous[next[right]] = left;
            }

            Propose(symbols, previous[left], left, work);
            Propose(symbols, left, next[left], work);
        }

        int count = 0;
        for (int i = 0; i < symbols.Length; i = next[i])
        {
            // The place i is behind all places that are read still.
            previous[count++] = i;
        }

        return previous[..count];
    }

    private void Propose(ReadOnlySpan<int> symbols, int left, int right, MergeWork work)
    {
        if (left >= 0 && right < symbols.Length && _merges.TryGetValue((symbols[left], symbols[right]), out (int Rank, int Merged) merge))
        {
            work.Queue.Enqueue((symbols[left], symbols[right], merge.Merged), (merge.Rank, left));
        }
    }
}

/// <summary>Working memory of <see cref="PairMerges.Merge"/>: the symbols as a list, and the pairs that can be merged.</summary>
internal sealed class MergeWork
{
    /// <summary>Id of a symbol that became part of its left neighbour.</summary>
    public const int Gone = -2;

    public int[] Next { get; private set; } = [];

    public int[] Previous { get; private set; } = [];

    public PriorityQueue<(int Left, int Right, int Merged), (int Rank, int Place)> Queue { get; } = new();

    public void Begin(int count)
    {
        Queue.Clear();
        if (Next.Length < count)
        {
            int size = Math.Max(32, count);
            (Next, Previous) = (new int[size], new int[size]);
        }
    }
}
