using System.Runtime.InteropServices;

namespace Sparse.Benchmarks;

/// <summary>Impact vectors in the benchmark layout: u64 rows, u64 postings, u64[rows + 1] starts, u16[] term ids, u8[] impacts.</summary>
internal sealed class VectorFile
{
    private VectorFile(string name, long[] starts, ushort[] terms, byte[] impacts)
    {
        Name = name;
        Starts = starts;
        Terms = terms;
        Impacts = impacts;
    }

    /// <summary>The file's name.</summary>
    public string Name { get; }

    /// <summary>[rows + 1] where each row begins.</summary>
    public long[] Starts { get; }

    /// <summary>Term ids, ascending in a row.</summary>
    public ushort[] Terms { get; }

    /// <summary>Impacts, 1 to 255.</summary>
    public byte[] Impacts { get; }

    /// <summary>Number of rows.</summary>
    public int Rows => Starts.Length - 1;

    /// <summary>Reads a file.</summary>
    public static VectorFile Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        Span<long> head = stackalloc long[2];
        file.ReadExactly(MemoryMarshal.AsBytes(head));
        if (file.Length != 16 + (8 * (head[0] + 1)) + (3 * head[1]))
        {
            throw new InvalidDataException($"{path} says {head[0]} rows and {head[1]} postings, but has {file.Length} bytes.");
        }

        var starts = new long[head[0] + 1];
        var terms = new ushort[head[1]];
        var impacts = new byte[head[1]];
        ReadAll(file, starts);
        ReadAll(file, terms);
        ReadAll(file, impacts);
        return new VectorFile(Path.GetFileName(path), starts, terms, impacts);
    }

    /// <summary>The first rows alone.</summary>
    public VectorFile Take(int rows) => new(Name, Starts[..(rows + 1)], Terms[..(int)Starts[rows]], Impacts[..(int)Starts[rows]]);

    /// <summary>A row as a query: ordinals of its terms, and their weights.</summary>
    /// <param name="row">The row.</param>
    /// <param name="ordinalOf">The ordinal of each term id; -1 where no document has it.</param>
    public (int[] Ordinals, ushort[] Weights) Query(int row, int[] ordinalOf)
    {
        int from = (int)Starts[row], count = (int)(Starts[row + 1] - from);
        return ([.. Terms.AsSpan(from, count).ToArray().Select(t => ordinalOf[t])], [.. Impacts.AsSpan(from, count).ToArray().Select(w => (ushort)w)]);
    }

    /// <summary>The order beside a file (PATH.order), or null where there is none of that length.</summary>
    public static int[]? ReadOrder(string path, int rows)
    {
        path += ".order";
        if (!File.Exists(path) || new FileInfo(path).Length != 4L * rows)
        {
            return null;
        }

        var order = new int[rows];
        using var file = File.OpenRead(path);
        ReadAll(file, order);
        return order;
    }

    private static void ReadAll<T>(FileStream file, T[] values)
        where T : unmanaged
    {
        const int Step = 1 << 24;
        for (int at = 0; at < values.Length; at += Step)
        {
            file.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan(at, Math.Min(Step, values.Length - at))));
        }
    }
}
