using System.IO.MemoryMappedFiles;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using Sparse.Evaluation;

namespace Sparse.LuceneNet;

/// <summary>Dense vectors of an index's documents in a file of their own, searched whole: a third leg for hybrid search.</summary>
/// <remarks>
/// <para>
/// The file, little-endian: "SPDENSE1", int32 count, int32 dimensions; for each document float32 scale; for each document int8 [dimensions], value =
/// int8 × scale; for each document its id in UTF-8, after an int32 of its bytes. It is mapped and not read into memory.
/// </para>
/// <para>It may lie in the index's folder, under a name of its own, or anywhere else; a backup of the index leaves it behind. Safe for concurrent use.</para>
/// </remarks>
public sealed class DenseLeg : IDisposable
{
    /// <summary>Hits of a search unless said otherwise: as deep as hybrid search fuses.</summary>
    public const int DefaultDepth = 200;

    private const int HeaderBytes = 16;
    private const int RowsAtATime = 256;
    private const int Most = 127;
    private static readonly byte[] Magic = "SPDENSE1"u8.ToArray();

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly float[] _scales;
    private readonly string[] _ids;

    private DenseLeg(string path)
    {
        using (var reader = new BinaryReader(File.OpenRead(path), Encoding.UTF8))
        {
            try
            {
                bool isOurs = reader.ReadBytes(Magic.Length).AsSpan().SequenceEqual(Magic);
                (Count, Dimensions) = isOurs ? (reader.ReadInt32(), reader.ReadInt32()) : (-1, 0);
                long ids = HeaderBytes + ((long)Count * (sizeof(float) + Dimensions));
                if (Count < 0 || Dimensions < 1 || ids > reader.BaseStream.Length)
                {
                    throw new InvalidDataException($"'{path}' is no file of dense vectors, or is cut off; write it anew.");
                }

                _scales = new float[Count];
                reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(_scales.AsSpan()));
                reader.BaseStream.Position = ids;
                _ids = new string[Count];
                for (int i = 0; i < _ids.Length; i++)
                {
                    int length = reader.ReadInt32();
                    byte[] id = length >= 0 && length <= reader.BaseStream.Length - reader.BaseStream.Position ? reader.ReadBytes(length) : throw new EndOfStreamException();
                    _ids[i] = Encoding.UTF8.GetString(id);
                }
            }
            catch (EndOfStreamException e)
            {
                throw new InvalidDataException($"'{path}' is cut off after its vectors; write it anew.", e);
            }
        }

        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
    }

    /// <summary>Documents.</summary>
    public int Count { get; }

    /// <summary>Numbers of a vector.</summary>
    public int Dimensions { get; }

    /// <summary>Writes a file of vectors; one that is there is replaced when the new one is whole.</summary>
    /// <param name="path">The file.</param>
    /// <param name="vectors">Ids, each once, with vectors of one length ≥ 1, finite.</param>
    /// <exception cref="ArgumentException">Vectors differ in length, or a number is not finite.</exception>
    public static void Write(string path, IReadOnlyList<(string Id, float[] Vector)> vectors)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(vectors);
        int dimensions = vectors.Count == 0 ? 1 : vectors[0].Vector.Length;
        foreach ((string id, float[] vector) in vectors)
        {
            if (vector.Length != dimensions || vector.Length == 0 || !vector.All(float.IsFinite))
            {
                throw new ArgumentException($"The vector of '{id}' has {vector.Length} numbers, and each must have {Math.Max(1, dimensions)}, all of them finite.", nameof(vectors));
            }
        }

        using (var writer = new BinaryWriter(File.Create(path + ".new")))
        {
            writer.Write(Magic);
            writer.Write(vectors.Count);
            writer.Write(dimensions);
            float[] scales = [.. vectors.Select(vector => ScaleOf(vector.Vector))];
            writer.Write(MemoryMarshal.AsBytes(scales.AsSpan()));
            for (int i = 0; i < scales.Length; i++)
            {
                writer.Write(MemoryMarshal.AsBytes(Rounded(vectors[i].Vector, scales[i]).AsSpan()));
            }

            foreach ((string id, _) in vectors)
            {
                byte[] bytes = Encoding.UTF8.GetBytes(id);
                writer.Write(bytes.Length);
                writer.Write(bytes);
            }
        }

        File.Move(path + ".new", path, overwrite: true);
    }

    /// <summary>Opens a file of vectors.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The leg; dispose it.</returns>
    /// <exception cref="IOException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is something else, or cut off.</exception>
    public static DenseLeg Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new DenseLeg(path);
    }

    /// <summary>Finds the documents with the largest dot products: with vectors of length 1, as dense encoders make them, cosines.</summary>
    /// <param name="query">[<see cref="Dimensions"/>] the query's vector; rounded to int8 as the documents' are.</param>
    /// <param name="depth">How many at most, ≥ 1.</param>
    /// <param name="name">The leg's name.</param>
    /// <returns>For <see cref="SearchOptions.OutsideLegs"/>: score descending, then in the order of the file.</returns>
    /// <exception cref="ArgumentException">The vector has another length.</exception>
    /// <exception cref="ObjectDisposedException">The leg is disposed.</exception>
    public OutsideLeg Search(ReadOnlySpan<float> query, int depth = DefaultDepth, string name = "dense")
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(depth, 1);
        if (query.Length != Dimensions)
        {
            throw new ArgumentException($"The query's vector has {query.Length} numbers, and the documents' have {Dimensions}: they are of different models.", nameof(query));
        }

        float queryScale = ScaleOf(query);
        sbyte[] rounded = Rounded(query, queryScale);
        var best = new PriorityQueue<int, (float Score, int Last)>();
        var rows = new sbyte[RowsAtATime * Dimensions];
        long at = HeaderBytes + ((long)Count * sizeof(float));
        for (int first = 0; first < Count; first += RowsAtATime)
        {
            int count = Math.Min(RowsAtATime, Count - first);
            _view.SafeMemoryMappedViewHandle.ReadSpan((ulong)(at + ((long)first * Dimensions)), MemoryMarshal.AsBytes(rows.AsSpan(0, count * Dimensions)));
            for (int i = 0; i < count; i++)
            {
                float score = Dot(rounded, rows.AsSpan(i * Dimensions, Dimensions)) * (_scales[first + i] * queryScale);
                if (best.Count < depth)
                {
                    best.Enqueue(first + i, (score, -(first + i)));
                }
                else if (best.TryPeek(out _, out (float Score, int Last) least) && score > least.Score)
                {
                    best.EnqueueDequeue(first + i, (score, -(first + i)));
                }
            }
        }

        var ranking = new RunEntry[best.Count];
        for (int i = ranking.Length - 1; i >= 0; i--)
        {
            best.TryDequeue(out int doc, out (float Score, int) key);
            ranking[i] = new RunEntry(_ids[doc], key.Score);
        }

        return new OutsideLeg(name, ranking);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }

    private static float ScaleOf(ReadOnlySpan<float> vector)
    {
        float largest = 0;
        foreach (float value in vector)
        {
            largest = Math.Max(largest, Math.Abs(value));
        }

        return largest > 0 ? largest / Most : 1;
    }

    private static sbyte[] Rounded(ReadOnlySpan<float> vector, float scale)
    {
        var rounded = new sbyte[vector.Length];
        for (int i = 0; i < rounded.Length; i++)
        {
            rounded[i] = (sbyte)Math.Clamp(MathF.Round(vector[i] / scale), -Most, Most);
        }

        return rounded;
    }

    // Integers: the same on every machine. 127 × 127 fits 16 bits.
    private static int Dot(ReadOnlySpan<sbyte> left, ReadOnlySpan<sbyte> right)
    {
        ReadOnlySpan<Vector<sbyte>> wide = MemoryMarshal.Cast<sbyte, Vector<sbyte>>(left), other = MemoryMarshal.Cast<sbyte, Vector<sbyte>>(right);
        Vector<int> sums = default;
        for (int i = 0; i < wide.Length; i++)
        {
            Vector.Widen(wide[i], out Vector<short> a, out Vector<short> b);
            Vector.Widen(other[i], out Vector<short> c, out Vector<short> d);
            Vector.Widen(a * c, out Vector<int> low, out Vector<int> high);
            sums += low + high;
            Vector.Widen(b * d, out low, out high);
            sums += low + high;
        }

        int sum = Vector.Sum(sums);
        for (int i = wide.Length * Vector<sbyte>.Count; i < left.Length; i++)
        {
            sum += left[i] * right[i];
        }

        return sum;
    }
}
