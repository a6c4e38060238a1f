using System.Runtime.InteropServices;

namespace Sparse.Search;

/// <summary>Keeps the k best scored documents, and the threshold that a document must reach to be one of them.</summary>
/// <remarks>
/// A hit is one number, score above inverted document, so that larger is better in the order of <see cref="ScoredDoc"/>.
/// Hits gather in a buffer a little larger than k; when it is full, selection keeps the best k. For small k that is a sorted
/// insertion in all but name; for large k it costs a few ns a hit where a heap costs its depth in cache misses.
/// </remarks>
internal sealed unsafe class TopKCollector : IDisposable
{
    private const int SmallK = 32;
    private ulong* _hits;
    private int _room;
    private int _k;
    private int _count;
    private int _capacity;
    private ulong _worst;

    ~TopKCollector() => NativeMemory.Free(_hits);

    /// <summary>The least score that may still enter: documents at it may win by their number.</summary>
    public int Threshold { get; private set; }

    /// <summary>True once k documents are held, so that the threshold is the k-th score.</summary>
    public bool IsFull => _worst != 0;

    /// <summary>Forgets everything and sets k.</summary>
    /// <param name="k">≥ 1.</param>
    public void Reset(int k)
    {
        _k = k;
        _count = 0;
        _worst = 0;
        _capacity = k <= SmallK ? k : k + Math.Max(64, k / 4);
        Threshold = 1;
        if (_room < _capacity + 1)
        {
            _room = _capacity + 1;
            _hits = (ulong*)NativeMemory.Realloc(_hits, (nuint)_room * sizeof(ulong));
        }
    }

    /// <summary>Raises the threshold to a score that k documents are known to reach.</summary>
    /// <param name="score">The score.</param>
    public void Raise(int score) => Threshold = Math.Max(Threshold, score);

    /// <summary>Offers a document.</summary>
    /// <param name="doc">Its number, ≥ 0.</param>
    /// <param name="score">Its score, &gt; 0.</param>
    public void Add(int doc, int score)
    {
        ulong hit = ((ulong)(uint)score << 32) | ~(uint)doc;
        if (hit <= _worst || score < Threshold)
        {
            return;
        }

        if (_k <= SmallK)
        {
            Insert(hit);
            return;
        }

        _hits[_count++] = hit;
        if (_count == _k && _worst == 0)
        {
            ulong worst = hit;
            for (int i = 0; i < _count; i++)
            {
                worst = Math.Min(worst, _hits[i]);
            }

            Settle(worst);
        }
        else if (_count == _capacity)
        {
            Select();
        }
    }

    /// <summary>Writes the hits, best first.</summary>
    /// <param name="results">Overwritten, at least k long.</param>
    /// <returns>How many there are.</returns>
    public int Drain(Span<ScoredDoc> results)
    {
        var hits = new Span<ulong>(_hits, _count);
        hits.Sort();
        int count = Math.Min(_count, _k);
        for (int i = 0; i < count; i++)
        {
            ulong hit = hits[_count - 1 - i];
            results[i] = new ScoredDoc(unchecked((int)~(uint)hit), (int)(hit >> 32));
        }

        return count;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.Free(_hits);
        _hits = null;
        _room = 0;
        GC.SuppressFinalize(this);
    }

    /// <summary>Small k: an array in descending order.</summary>
    private void Insert(ulong hit)
    {
        int i = _count < _k ? _count++ : _k - 1;
        for (; i > 0 && _hits[i - 1] < hit; i--)
        {
            _hits[i] = _hits[i - 1];
        }

        _hits[i] = hit;
        if (_count == _k)
        {
            Settle(_hits[_k - 1]);
        }
    }

    private void Settle(ulong worst)
    {
        _worst = worst;
        Threshold = Math.Max(Threshold, (int)(worst >> 32));
    }

    /// <summary>Quickselect: the k largest to the front, the k-th becomes the worst.</summary>
    private void Select()
    {
        int low = 0, high = _count - 1, last = _k - 1;
        while (low < high)
        {
            ulong a = _hits[low], b = _hits[(low + high) >> 1], c = _hits[high];
            ulong pivot = Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
            int i = low, j = high;
            while (i <= j)
            {
                while (_hits[i] > pivot)
                {
                    i++;
                }

                while (_hits[j] < pivot)
                {
                    j--;
                }

                if (i <= j)
                {
                    (_hits[i], _hits[j]) = (_hits[j], _hits[i]);
                    i++;
                    j--;
                }
            }

            if (last <= j)
            {
                high = j;
            }
            else if (last >= i)
            {
                low = i;
            }
            else
            {
                break;
            }
        }

        _count = _k;
        Settle(_hits[last]);
    }
}
