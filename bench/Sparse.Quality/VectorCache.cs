using System.Diagnostics;
using Sparse.Vectors;

namespace Sparse.Quality;

/// <summary>Vectors of a list of texts, encoded once and kept in a folder.</summary>
internal sealed class VectorCache(string folder)
{
    private const int TextsPerCall = 256;

    /// <summary>The vectors of texts, in order.</summary>
    /// <param name="name">What the texts are, unique for their content and the encoder's settings.</param>
    /// <param name="encoder">Makes them when they are not there.</param>
    /// <param name="texts">The texts.</param>
    internal TermVector[] Get(string name, ITermEncoder encoder, IReadOnlyList<string> texts)
    {
        string path = Path.Combine(folder, $"{name}-{encoder.Identity.Fingerprint}.vectors");
        if (File.Exists(path))
        {
            return Read(path, texts.Count);
        }

        var watch = Stopwatch.StartNew();
        var vectors = new List<TermVector>(texts.Count);
        for (int start = 0; start < texts.Count; start += TextsPerCall)
        {
            vectors.AddRange(encoder.Encode([.. texts.Skip(start).Take(TextsPerCall)]));
            Console.Error.Write($"\r{name} by {encoder.Identity.Name}: {vectors.Count} of {texts.Count}, {vectors.Count / watch.Elapsed.TotalSeconds:F1} a second   ");
        }

        Console.Error.WriteLine();
        Directory.CreateDirectory(folder);
        Write(path + ".new", vectors);
        File.Move(path + ".new", path, overwrite: true);
        return [.. vectors];
    }

    private static void Write(string path, List<TermVector> vectors)
    {
        using var writer = new BinaryWriter(File.Create(path));
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

    private static TermVector[] Read(string path, int expected)
    {
        using var reader = new BinaryReader(new BufferedStream(File.OpenRead(path), 1 << 20));
        int count = reader.ReadInt32();
        if (count != expected)
        {
            throw new InvalidDataException($"{path} holds {count} vectors where {expected} texts are; delete it.");
        }

        var vectors = new TermVector[count];
        for (int v = 0; v < count; v++)
        {
            var terms = new int[reader.ReadInt32()];
            var weights = new float[terms.Length];
            for (int i = 0; i < terms.Length; i++)
            {
                terms[i] = reader.ReadInt32();
                weights[i] = reader.ReadSingle();
            }

            vectors[v] = new TermVector(terms, weights);
        }

        return vectors;
    }
}
