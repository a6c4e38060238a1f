namespace Sparse.Formats.Vectors;

/// <summary>One document's vector in buffers that the next one overwrites.</summary>
internal sealed class VectorRow
{
    /// <summary>The document's id, not empty.</summary>
    internal string Id { get; set; } = "";

    /// <summary>The document's title, where the source has one.</summary>
    internal string? Title { get; set; }

    /// <summary>The document's text, where the source has one.</summary>
    internal string? Text { get; set; }

    /// <summary>How many terms.</summary>
    internal int Count { get; private set; }

    /// <summary>Numbers of the reader's <see cref="TermTable"/>, each once, in the order of the file.</summary>
    internal int[] Terms { get; private set; } = new int[256];

    /// <summary>Values, finite and &gt; 0; the weight is the value times the reader's scale.</summary>
    internal float[] Values { get; private set; } = new float[256];

    internal void Clear()
    {
        Count = 0;
        Title = Text = null;
    }

    /// <summary>Sets how many terms there are; what they are is written into the buffers.</summary>
    internal void Resize(int count)
    {
        if (count > Terms.Length)
        {
            int[] terms = Terms;
            float[] values = Values;
            int size = Math.Max(count, Terms.Length * 2);
            Array.Resize(ref terms, size);
            Array.Resize(ref values, size);
            (Terms, Values) = (terms, values);
        }

        Count = count;
    }

    internal void Add(int term, float value)
    {
        if (Count == Terms.Length)
        {
            Resize(Count + 1);
            Count--;
        }

        Terms[Count] = term;
        Values[Count++] = value;
    }

    /// <summary>Sorts by key; keys are given by a function of the term and replace the terms.</summary>
    /// <param name="key">What to sort by and to keep.</param>
    internal void SortBy(Func<int, int> key)
    {
        bool ascends = true;
        for (int i = 0; i < Count; i++)
        {
            Terms[i] = key(Terms[i]);
            ascends &= i == 0 || Terms[i] > Terms[i - 1];
        }

        if (!ascends)
        {
            Array.Sort(Terms, Values, 0, Count);
        }
    }
}
