using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Sparse.Vectors;

namespace Sparse.Lab.Collections;

/// <summary>Vectors of lists of texts, encoded once and kept in a folder; the texts themselves and the encoder name them.</summary>
/// <param name="folder">The folder; made when it is needed.</param>
internal sealed class VectorCache(string folder)
{
    private const int TextsPerCall = 256;

    /// <summary>Seconds spent encoding so far.</summary>
    internal double EncodingSeconds { get; private set; }

    /// <summary>The vectors of texts, in order.</summary>
    /// <param name="name">What the texts are, for people.</param>
    /// <param name="encoder">Makes them when they are not there.</param>
    /// <param name="texts">The texts.</param>
    /// <param name="progress">Told of every batch: how many are done.</param>
    /// <param name="cancellationToken">Stops the encoding; nothing is kept then.</param>
    internal TermVector[] Get(string name, ITermEncoder encoder, IReadOnlyList<string> texts, Action<int>? progress = null, CancellationToken cancellationToken = default)
    {
        string path = Path.Combine(folder, $"{name}-{Hash(texts)}-{encoder.Identity.Fingerprint}.vectors");
        if (File.Exists(path) && Read(path, texts.Count) is { } cached)
        {
            return cached;
        }

        var watch = Stopwatch.StartNew();
        var vectors = new List<TermVector>(texts.Count);
        for (int start = 0; start < texts.Count; start += TextsPerCall)
        {
            vectors.AddRange(encoder.Encode([.. texts.Skip(start).Take(TextsPerCall)], cancellationToken));
            progress?.Invoke(vectors.Count);
        }

        Directory.CreateDirectory(folder);
        Write(path + ".new", vectors);
        File.Move(path + ".new", path, overwrite: true);
        EncodingSeconds += watch.Elapsed.TotalSeconds;
        return [.. vectors];
    }

    /// <summary>Names a list of texts: 16 hexadecimal digits.</summary>
    internal static string Hash(IReadOnlyList<string> texts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string text in texts)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(text));
            hash.AppendData([0]);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    private static void Write(string path, List<TermVector> vectors)
    {
        using var writer = new BinaryWriter(new BufferedStream(File.Create(path), 1 << 20));
        writer.Write(vectors.Count);
        foreach (TermVector vector in vectors)
        {
            writer.Write(vector.Count);
            for (int i = 0; i < vector.Count; i++)
            {
                writer.Write(vector.Terms[i]);
                writer.Write(vector.Weights[i]);
            }
        }
    }

    // Null for a file that is not whole: its texts are encoded again.
    private static TermVector[]? Read(string path, int expected)
    {
        using var reader = new BinaryReader(new BufferedStream(File.OpenRead(path), 1 << 20));
        try
        {
            var vectors = new TermVector[reader.ReadInt32() == expected ? expected : throw new InvalidDataException()];
            for (int v = 0; v < vectors.Length; v++)
            {
                int count = reader.ReadInt32();
                var terms = new int[count is >= 0 and < 1 << 20 ? count : throw new InvalidDataException()];
                var weights = new float[count];
                for (int i = 0; i < count; i++)
                {
                    terms[i] = reader.ReadInt32();
                    weights[i] = reader.ReadSingle();
                }

                vectors[v] = new TermVector(terms, weights);
            }

            return vectors;
        }
        catch (Exception exception) when (exception is EndOfStreamException or InvalidDataException or ArgumentException)
        {
            return null;
        }
    }
}
