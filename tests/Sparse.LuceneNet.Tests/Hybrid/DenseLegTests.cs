using Sparse.LuceneNet.Tests.Facade;

namespace Sparse.LuceneNet.Tests.Hybrid;

/// <summary>Dense vectors in a file of their own, as a third leg.</summary>
[TestFixture]
internal sealed class DenseLegTests : IndexFixture
{
    private const int Dimensions = 77;

    [Test]
    public void Best_documents_are_those_of_plain_loops_over_rounded_vectors_and_ties_keep_the_order_of_the_file()
    {
        var random = new Random(5);
        float[][] vectors = [.. Enumerable.Range(0, 700).Select(_ => Vector(random))];
        vectors[650] = vectors[3];
        DenseLeg.Write(PathOf("dense"), [.. vectors.Select((vector, i) => ($"d{i}", vector))]);
        using DenseLeg leg = DenseLeg.Open(PathOf("dense"));
        Assert.That((leg.Count, leg.Dimensions), Is.EqualTo((700, Dimensions)));
        foreach (float[] query in (float[][])[Vector(random), vectors[3], new float[Dimensions]])
        {
            OutsideLeg found = leg.Search(query, 20);
            (int Place, double Score)[] expected = [.. vectors.Select((vector, i) => (i, Rounded(query).Zip(Rounded(vector), (a, b) => a * b).Sum()))
                .OrderByDescending(hit => hit.Item2).ThenBy(hit => hit.i).Take(20)];
            Assert.That(found.Ranking.Select(entry => (double)entry.Score), Is.EqualTo(expected.Select(hit => hit.Score)).Within(1e-4));
            Assert.That(found.Ranking[0].DocumentId, Is.EqualTo($"d{expected[0].Place}"));
        }

        Assert.That(leg.Search(vectors[3], 2).Ranking.Select(entry => entry.DocumentId), Is.EqualTo(new[] { "d3", "d650" }));
        Assert.That(() => leg.Search(new float[3]), Throws.ArgumentException.With.Message.Contains("has 3 numbers, and the documents' have 77"));
    }

    [Test]
    public void Leg_in_the_index_folder_is_fused_with_the_others()
    {
        using var encoder = new HashEncoder();
        using SparseIndex index = SparseIndex.Create(IndexPath, encoder);
        index.Add([Doc("a", "open ports"), Doc("b", "ships at sea"), Doc("c", "closed ports")]);
        index.Commit();
        string path = Path.Combine(IndexPath, "dense");
        DenseLeg.Write(path, [("a", [0, 1]), ("b", [1, 0]), ("gone", [1, 0])]);
        using DenseLeg dense = DenseLeg.Open(path);
        SearchResult result = index.Search("ports", 10, new SearchOptions { Mode = SearchMode.Hybrid, OutsideLegs = [dense.Search([1, 0])] });
        Assert.That(Ids(result), Is.EquivalentTo(new[] { "a", "b", "c" }));
        Assert.That(result.Hits.Single(hit => hit.Id == "b").Legs.Single(leg => leg.Leg == "dense").Score, Is.EqualTo(1).Within(1e-6));
        Assert.That(index.Check().Problems, Is.Empty);
    }

    [Test]
    public void Files_that_are_something_else_or_cut_off_are_refused()
    {
        DenseLeg.Write(PathOf("dense"), [("a", [0, 1]), ("b", [1, 0])]);
        byte[] whole = File.ReadAllBytes(PathOf("dense"));
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(PathOf("cut"), whole[..length]);
            Assert.That(() => DenseLeg.Open(PathOf("cut")), Throws.InstanceOf<InvalidDataException>(), $"{length} bytes");
        }

        Assert.That(() => DenseLeg.Write(PathOf("dense"), [("a", [0, 1]), ("b", [1])]), Throws.ArgumentException.With.Message.Contains("'b' has 1 numbers"));
        Assert.That(() => DenseLeg.Write(PathOf("dense"), [("a", [float.NaN])]), Throws.ArgumentException);
        Assert.That(File.ReadAllBytes(PathOf("dense")), Is.EqualTo(whole), "what was there stays");
    }

    private static float[] Vector(Random random)
    {
        float[] vector = [.. Enumerable.Range(0, Dimensions).Select(_ => (random.NextSingle() * 2) - 1)];
        float length = MathF.Sqrt(vector.Sum(value => value * value));
        return Array.ConvertAll(vector, value => value / length);
    }

    private static double[] Rounded(float[] vector)
    {
        float largest = vector.Max(Math.Abs), scale = largest > 0 ? largest / 127 : 1;
        return Array.ConvertAll(vector, value => Math.Round((double)value / scale) * scale);
    }
}
