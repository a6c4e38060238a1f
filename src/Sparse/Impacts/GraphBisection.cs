using System.Collections.Concurrent;

namespace Sparse.Impacts;

/// <summary>Finds an order that puts like documents next to each other, so that block bounds are tight.</summary>
/// <remarks>
/// Recursive graph bisection (Dhulipala et al., "Compressing Graphs and Indexes with Recursive Graph Bisection", KDD 2016):
/// halve the documents, exchange those that a half's terms pull over, recurse. A document's pull is exact for the move of it
/// alone; the exchange is a selection by pull, as Mackenzie, Petri and Moffat ("Tradeoff Options for Bipartite Graph
/// Partitioning", TKDE 2022) and Lucene do it. All arithmetic is in integers, so that the order depends on the input alone,
/// not on threads or instruction sets.
/// </remarks>
internal sealed class GraphBisection
{
    private const int FractionBits = 12;
    private const int LogTable = 1 << 16;
    private static readonly int[] Logs = MakeLogs();

    private readonly long[] _starts;
    private readonly int[] _terms;
    private readonly byte[] _weights;
    private readonly int _termCount;
    private readonly int[] _order;
    private readonly int[] _pull;
    private readonly Settings _settings;
    private readonly CancellationToken _cancellation;
    private readonly ConcurrentBag<Workspace> _workspaces = [];

    private GraphBisection(long[] starts, int[] terms, byte[] weights, int termCount, Settings settings, CancellationToken cancellation)
    {
        _starts = starts;
        _terms = terms;
        _weights = weights;
        _termCount = termCount;
        _settings = settings;
        _cancellation = cancellation;
        _order = new int[starts.Length - 1];
        _pull = new int[_order.Length];
        for (int i = 0; i < _order.Length; i++)
        {
            _order[i] = i;
        }
    }

    /// <summary>How much work to put into an order.</summary>
    /// <param name="Iterations">Exchanges a level, at most.</param>
    /// <param name="Threads">Threads, ≥ 1.</param>
    /// <param name="Leaf">Documents a leaf: a block.</param>
    /// <param name="WeightFloor">Added to an impact to give a posting's pull: 0 follows impacts alone, large values ignore them.</param>
    internal sealed record Settings(int Iterations = 12, int Threads = 1, int Leaf = ImpactFormat.BlockSize, int WeightFloor = 8);

    /// <summary>Orders documents.</summary>
    /// <param name="starts">[documents + 1] where each document's terms begin.</param>
    /// <param name="terms">Term numbers, 0 ≤ term &lt; <paramref name="termCount"/>; each once a document.</param>
    /// <param name="weights">How much a posting counts, one a term of <paramref name="terms"/>; its impact.</param>
    /// <param name="termCount">Number of terms.</param>
    /// <param name="settings">How much work.</param>
    /// <param name="cancellationToken">Looked at in each exchange.</param>
    /// <returns>The document at each position.</returns>
    public static int[] Order(long[] starts, int[] terms, byte[] weights, int termCount, Settings settings, CancellationToken cancellationToken = default)
    {
        var bisection = new GraphBisection(starts, terms, weights, termCount, settings, cancellationToken);
        bisection.Split(0, bisection._order.Length, settings.Threads);
        return bisection._order;
    }

    private void Split(int from, int to, int threads)
    {
        int leaves = (to - from + _settings.Leaf - 1) / _settings.Leaf;
        if (leaves < 2)
        {
            return;
        }

        // Left halves are whole blocks, so that leaves and blocks coincide.
        int middle = from + (leaves / 2 * _settings.Leaf);
        Workspace workspace = _workspaces.TryTake(out Workspace? idle) ? idle : new Workspace(_termCount);
        Bisect(from, middle, to, threads, workspace);
        _workspaces.Add(workspace);
        if (threads > 1)
        {
            Parallel.Invoke(() => Split(from, middle, threads - (threads / 2)), () => Split(middle, to, threads / 2));
        }
        else
        {
            Split(from, middle, 1);
            Split(middle, to, 1);
        }
    }

    private void Bisect(int from, int middle, int to, int threads, Workspace workspace)
    {
        workspace.Reserve(to - from);
        Count(from, middle, workspace, left: true);
        Count(middle, to, workspace, left: false);
        for (int iteration = 0; iteration < _settings.Iterations; iteration++)
        {
            _cancellation.ThrowIfCancellationRequested();
            foreach (int term in workspace.Touched)
            {
                int left = workspace.Left[term], right = workspace.Right[term];
                workspace.FromLeft[term] = Log(right + 1) - Log(left);
                workspace.FromRight[term] = Log(right) - Log(left + 1);
            }

            if (threads > 1)
            {
                Parallel.Invoke(Chunks(from, middle, to, threads, workspace));
            }
            else
            {
                Pull(from, middle, workspace.FromLeft);
                Pull(middle, to, workspace.FromRight);
            }

            if (Exchange(from, middle, to, workspace) <= (to - from) / 500)
            {
                break;
            }
        }

        workspace.Clear();
    }

    private Action[] Chunks(int from, int middle, int to, int threads, Workspace workspace)
    {
        var chunks = new Action[2 * threads];
        for (int i = 0; i < threads; i++)
        {
            (int a, int b) = Part(from, middle, i, threads);
            (int c, int d) = Part(middle, to, i, threads);
            chunks[2 * i] = () => Pull(a, b, workspace.FromLeft);
            chunks[(2 * i) + 1] = () => Pull(c, d, workspace.FromRight);
        }

        return chunks;
    }

    private static (int From, int To) Part(int from, int to, int part, int parts) =>
        (from + (int)((long)(to - from) * part / parts), from + (int)((long)(to - from) * (part + 1) / parts));

    private void Count(int from, int to, Workspace workspace, bool left)
    {
        int[] counts = left ? workspace.Left : workspace.Right;
        for (int i = from; i < to; i++)
        {
            int document = _order[i];
            foreach (int term in Terms(document))
            {
                if (workspace.Left[term] + workspace.Right[term] == 0)
                {
                    workspace.Touched.Add(term);
                }

                counts[term]++;
            }
        }
    }

    private ReadOnlySpan<int> Terms(int document) => _terms.AsSpan(checked((int)_starts[document]), (int)(_starts[document + 1] - _starts[document]));

    private void Pull(int from, int to, int[] ofTerm)
    {
        unchecked
        {
            for (int i = from; i < to; i++)
            {
                int document = _order[i];
                ReadOnlySpan<int> terms = Terms(document);
                int floor = _settings.WeightFloor;
                ReadOnlySpan<byte> weights = _weights.AsSpan((int)_starts[document], terms.Length);
                long pull = 0;
                for (int j = 0; j < terms.Length; j++)
                {
                    pull += (long)ofTerm[terms[j]] * (weights[j] + floor);
                }

                _pull[i] = (int)(pull >> 6);
            }
        }
    }

    /// <summary>Sends the documents that pull least to the right into the left half; counts those that changed sides.</summary>
    private int Exchange(int from, int middle, int to, Workspace workspace)
    {
        Span<ulong> keys = workspace.Keys.AsSpan(0, to - from);
        for (int i = from; i < to; i++)
        {
            keys[i - from] = ((ulong)((long)_pull[i] - int.MinValue) << 32) | (uint)(i - from);
        }

        int half = middle - from;
        Select(keys, half);
        Span<int> documents = workspace.Documents.AsSpan(0, to - from);
        _order.AsSpan(from, to - from).CopyTo(documents);
        int moved = 0;
        for (int i = 0; i < keys.Length; i++)
        {
            int at = unchecked((int)(uint)keys[i]), document = documents[at];
            _order[from + i] = document;
            if (at < half == i < half)
            {
                continue;
            }

            moved++;
            int change = i < half ? 1 : -1;
            foreach (int term in Terms(document))
            {
                workspace.Left[term] += change;
                workspace.Right[term] -= change;
            }
        }

        return moved;
    }

    /// <summary>Quickselect: the smallest <paramref name="count"/> keys to the front.</summary>
    private static void Select(Span<ulong> keys, int count)
    {
        int low = 0, high = keys.Length - 1;
        while (low < high)
        {
            ulong a = keys[low], b = keys[(low + high) >> 1], c = keys[high];
            ulong pivot = Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
            int i = low, j = high;
            while (i <= j)
            {
                while (keys[i] < pivot)
                {
                    i++;
                }

                while (keys[j] > pivot)
                {
                    j--;
                }

                if (i <= j)
                {
                    (keys[i], keys[j]) = (keys[j], keys[i]);
                    i++;
                    j--;
                }
            }

            if (count <= j)
            {
                high = j;
            }
            else if (count >= i)
            {
                low = i;
            }
            else
            {
                return;
            }
        }
    }

    private static int Log(int count) => count < LogTable ? Logs[count] : (int)Math.Round(Math.Log2(count) * (1 << FractionBits));

    private static int[] MakeLogs()
    {
        var logs = new int[LogTable];
        for (int i = 1; i < logs.Length; i++)
        {
            logs[i] = (int)Math.Round(Math.Log2(i) * (1 << FractionBits));
        }

        return logs;
    }

    /// <summary>One thread's counts by term, zero between uses.</summary>
    private sealed class Workspace(int terms)
    {
        public int[] Left { get; } = new int[terms];

        public int[] Right { get; } = new int[terms];

        public int[] FromLeft { get; } = new int[terms];

        public int[] FromRight { get; } = new int[terms];

        public List<int> Touched { get; } = [];

        public ulong[] Keys { get; private set; } = [];

        public int[] Documents { get; private set; } = [];

        public void Reserve(int documents)
        {
            if (Keys.Length < documents)
            {
                Keys = new ulong[documents];
                Documents = new int[documents];
            }
        }

        public void Clear()
        {
            foreach (int term in Touched)
            {
                Left[term] = Right[term] = 0;
            }

            Touched.Clear();
        }
    }
}
