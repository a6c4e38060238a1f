using Sparse.Encoders.Import;
using Sparse.Encoders.Tests.Doctor;
using Sparse.Encoders.Tests.Transformers;

namespace Sparse.Encoders.Tests.Import;

/// <summary>What a folder says of itself: its README before its text, then what the import kept, then a LICENSE file.</summary>
internal sealed class ModelCardTests
{
    // BERT-tiny: 30,522 + 512 + 2 rows of 128, two layers, the head, and a bias a term.
    private const long SpladeTinyParameters = ((30_522 + 512 + 2) * 128) + 256 + (2 * ((4 * 128 * 129) + 256 + (128 * 512) + 512 + (512 * 128) + 128 + 256)) + (128 * 129) + 256 + 30_522;

    private Scratch _scratch = new();

    [SetUp]
    public void Make() => _scratch = new Scratch();

    [TearDown]
    public void Drop() => _scratch.Dispose();

    [Test]
    public void Parameters_of_the_built_in_model_are_counted_without_scales() =>
        Assert.That(ModelCard.BuiltIn().Parameters, Is.EqualTo(SpladeTinyParameters).Within(200), "a few constants of shapes and masks are no weights, and can't be told from them");

    [TestCase(StoredWeights.Unchanged)]
    [TestCase(StoredWeights.Half)]
    [TestCase(StoredWeights.Quantized)]
    public void Parameters_are_the_same_however_they_are_stored(StoredWeights weights)
    {
        ToyTransformer toy = ToyTransformer.Write(_scratch["toy"], new() { Type = "xlm-roberta", IsTied = false, HasDecoder = true });
        long source = ModelCard.Read(toy.Folder).Parameters;
        string imported = ModelImport.Import(toy.Folder, _scratch["out"], new ModelImportOptions { Weights = weights }).Folder;

        Assert.That(source, Is.GreaterThan(2 * 12 * toy.Terms));
        Assert.That(ModelCard.Read(imported).Parameters, Is.EqualTo(source));
    }

    [TestCase("---\nlanguage: en\nlicense: apache-2.0\n---\n# x", "apache-2.0", "en")]
    [TestCase("---\nlanguage:\n- de\n- \"fr\"\ntags:\n- x\nlicense: 'mit'\n---", "mit", "de, fr")]
    [TestCase("---\r\nlanguage: [en, ja]\r\n---\r\n", "", "en, ja")]
    [TestCase("---\nlanguage:\nlicense: x", "", "", TestName = "A README whose front matter does not end")]
    [TestCase("license: mit\n", "", "")]
    [TestCase("", "", "")]
    public void Readme_states_licence_and_languages(string readme, string license, string languages)
    {
        FaultyFolder folder = FaultyFolder.BuiltIn(_scratch["model"]).Write("README.md", readme);
        ModelCard card = ModelCard.Read(folder.Path);

        Assert.That((card.License, card.Languages), Is.EqualTo((license, languages)));
    }

    [Test]
    public void Licence_of_the_import_and_of_a_file_count_where_the_README_is_silent()
    {
        FaultyFolder folder = FaultyFolder.BuiltIn(_scratch["model"]).Write("LICENSE", "\n  Apache License\n Version 2.0\n\nTerms");
        Assert.That(ModelCard.Read(folder.Path).License, Is.EqualTo("Apache License, Version 2.0"));
        folder.Replace("sparse.json", "\"format\"", "\"license\": \"mine\", \"format\"");
        Assert.That(ModelCard.Read(folder.Path).License, Is.EqualTo("mine"));
        folder.Write("README.md", "---\nlicense: bsd\n---\n");
        Assert.That(ModelCard.Read(folder.Path).License, Is.EqualTo("bsd"));
    }
}
