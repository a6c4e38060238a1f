using Sparse.Encoders.Dense;
using Sparse.Lab.Collections;

namespace Sparse.Quality;

/// <summary>Dense vectors of a list of texts, encoded once and kept in a folder.</summary>
internal sealed class DenseCache(string folder, DenseEncoder encoder)
{
    private const int TextsPerCall = 128;

    internal float[][] Get(string name, IReadOnlyList<string> texts)
    {
        string path = Path.Combine(folder, $"{name}-{VectorCache.Hash(texts)}-{encoder.Fingerprint}.dense");
        int width = encoder.Dimensions;
        if (!File.Exists(path))
        {
            Directory.CreateDirectory(folder);
            using (var writer = new BinaryWriter(File.Create(path + ".new")))
            {
                foreach (string[] batch in texts.Chunk(TextsPerCall))
                {
                    foreach (float[] vector in encoder.Encode(batch))
                    {
                        Array.ForEach(vector, writer.Write);
                    }
                }
            }

            File.Move(path + ".new", path, overwrite: true);
        }

        using var reader = new BinaryReader(new BufferedStream(File.OpenRead(path), 1 << 20));
        if (reader.BaseStream.Length != (long)texts.Count * width * sizeof(float))
        {
            throw new InvalidDataException($"{path} does not hold {texts.Count} vectors of {width} numbers; delete it.");
        }

        var vectors = new float[texts.Count][];
        for (int i = 0; i < vectors.Length; i++)
        {
            vectors[i] = new float[width];
            for (int j = 0; j < width; j++)
            {
                vectors[i][j] = reader.ReadSingle();
            }
        }

        return vectors;
    }
}
