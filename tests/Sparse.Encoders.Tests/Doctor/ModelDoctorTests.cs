using Sparse.Encoders.Doctor;
using Sparse.Encoders.Import;
using Sparse.Encoders.Onnx;

namespace Sparse.Encoders.Tests.Doctor;

/// <summary>Each planted fault is found by its name, and by no other; a sound folder has none.</summary>
internal sealed class ModelDoctorTests
{
    private Scratch _scratch = new();

    private string Folder => _scratch["model"];

    [SetUp]
    public void Make() => _scratch = new Scratch();

    [TearDown]
    public void Drop() => _scratch.Dispose();

    [Test]
    public void Sound_folder_has_no_finding()
    {
        FaultyFolder folder = FaultyFolder.BuiltIn(Folder);
        ModelExamination seen = AssertFaults(folder);

        Assert.That(seen.Texts, Is.EqualTo(24));
        Assert.That(seen.TermsPerText, Is.InRange(30, 80));
        Assert.That(seen.LargestWeight, Is.InRange(2f, 2.75f));
        Assert.That(seen.Unchecked, Has.Count.EqualTo(2).And.Some.Contains("golden").And.Some.Contains("query weights"));
    }

    [TestCase(30_522)]
    [TestCase(29_400, TestName = "Table without 4 % of the pieces is whole: OpenSearch's own lacks 2 %")]
    public void Sound_query_table_has_no_finding(int count) => AssertFaults(FaultyFolder.BuiltIn(Folder).AddTable(count));

    [TestCase(StoredWeights.Unchanged, true)]
    [TestCase(StoredWeights.Half, false)]
    [TestCase(StoredWeights.Quantized, false)]
    public void Splade_tiny_is_sound_as_published_and_as_imported(StoredWeights weights, bool fromTensors)
    {
        FaultyFolder folder = FaultyFolder.SpladeTiny(Folder, withGolden: true);
        if (fromTensors)
        {
            File.Delete(folder.At("model.onnx"));
            File.Copy(Path.Combine(SharedData.SpladeTiny, "model.safetensors"), folder.At("model.safetensors"));
        }

        Assert.That(AssertFaults(folder).GoldenTexts, Is.EqualTo(12));
        string imported = ModelImport.Import(Folder, _scratch["out"], new ModelImportOptions { Weights = weights }).Folder;
        File.Copy(folder.At("golden.jsonl"), Path.Combine(imported, "golden.jsonl"));
        Assert.That(ModelDoctor.Examine(imported).Findings, Is.Empty);
    }

    [Test]
    public void First_tokens_logits_are_pooling_missing([Values] bool withActivation)
    {
        ModelExamination seen = AssertFaults(FaultyFolder.BuiltIn(Folder).TakeFirstToken(withActivation), ModelFaults.PoolingMissing);

        Assert.That(seen.Findings[0].What, Does.Contain("logits of one token"));
        Assert.That(seen.Texts, Is.Zero);
    }

    [Test]
    public void Logits_of_the_first_token_alone_as_b_1_V_are_pooling_missing()
    {
        FaultyFolder folder = FaultyFolder.SpladeTiny(Folder).ChangeGraph(model =>
        {
            string output = FaultyFolder.RenameOutput(model, "all_logits");
            model.Add("Slice", output, ["all_logits", model.AddInts("from", 0), model.AddInts("to", 1), model.AddInts("axis", 1)]);
            model.Graph.Output[0].Type.TensorType.Shape.Dim[1] = new TensorShapeProto.Types.Dimension { DimValue = 1 };
        });

        AssertFaults(folder, ModelFaults.PoolingMissing);
    }

    [Test]
    public void Logits_that_sparse_json_calls_pooled_are_pooling_missing() =>
        AssertFaults(FaultyFolder.SpladeTiny(Folder).Write("sparse.json", """{"format": 1, "name": "x", "quantization": "none", "isPooled": true}"""), ModelFaults.PoolingMissing);

    [Test]
    public void Pooled_graph_with_another_logarithm_is_double_log() => AssertFaults(FaultyFolder.BuiltIn(Folder).TakeLogAgain(), ModelFaults.DoubleLog);

    [Test]
    public void Logits_that_went_through_a_logarithm_are_double_log() => AssertFaults(FaultyFolder.SpladeTiny(Folder).TakeLogAgain(), ModelFaults.DoubleLog);

    [Test]
    public void Log1p_relu_is_double_log_for_certain_by_golden_vectors_and_a_suspicion_without([Values] bool withGolden)
    {
        ModelExamination seen = AssertFaults(
            FaultyFolder.SpladeTiny(Folder, withGolden).Replace("1_SpladePooling/config.json", "\"relu\"", "\"log1p_relu\""), ModelFaults.DoubleLog);

        Assert.That(seen.Findings[0].What, withGolden ? Does.Contain("are log(1 + x) of them") : Does.Contain("this finding is wrong"));
    }

    [Test]
    public void Markers_among_the_terms_are_specials_kept()
    {
        ModelExamination seen = AssertFaults(FaultyFolder.BuiltIn(Folder).KeepMarkers(), ModelFaults.SpecialsKept);

        Assert.That(seen.Findings[0].What, Does.Contain("[CLS] in 24").And.Contain("[SEP] in 24"));
    }

    [Test]
    public void Markers_that_the_tokenizer_does_not_mark_are_specials_kept() =>
        AssertFaults(FaultyFolder.SpladeTiny(Folder).KeepMarkers().Replace("tokenizer.json", "\"special\": true", "\"special\": false"), ModelFaults.SpecialsKept);

    [Test]
    public void Sorted_pieces_are_wrong_vocabulary_order() =>
        AssertFaults(FaultyFolder.BuiltIn(Folder).WriteVocabulary(pieces => pieces.Order(StringComparer.Ordinal)), ModelFaults.WrongOrder);

    [Test]
    public void Two_pieces_of_a_known_vocabulary_exchanged_are_wrong_vocabulary_order()
    {
        ModelExamination seen = AssertFaults(FaultyFolder.BuiltIn(Folder).WriteVocabulary(pieces =>
        {
            (pieces[5000], pieces[5001]) = (pieces[5001], pieces[5000]);
            return pieces;
        }), ModelFaults.WrongOrder);

        Assert.That(seen.Findings[0].What, Does.Contain("2 of them stand at other ids, from id 5000 on"));
    }

    [Test]
    public void Shifted_end_of_an_unknown_vocabulary_is_wrong_vocabulary_order_by_the_models_rows([Values] bool isSplade)
    {
        // One piece is another, so that the vocabulary is not that of bert-base-uncased.
        FaultyFolder folder = isSplade
            ? FaultyFolder.SpladeTiny(Folder, withGolden: true).Remove("vocab.txt").MoveTokens((_, id) => id < 25_000 ? id : 25_000 + ((id - 24_999) % 5522)).Replace("tokenizer.json", "\"[unused7]\"", "\"another\\u00df\"")
            : FaultyFolder.BuiltIn(Folder).WriteVocabulary(pieces => [.. pieces[..24_999], .. pieces[25_000..], "another\u00df"]);
        ModelExamination seen = AssertFaults(folder, isSplade ? [ModelFaults.WrongOrder, ModelFaults.GoldenDiffers, ModelFaults.GoldenDiffers] : [ModelFaults.WrongOrder]);

        Assert.That(seen.Findings[0].What, Does.Contain("words and their plurals have no like rows"));
    }

    [Test]
    public void Vocabulary_of_another_size_is_wrong_vocabulary_order() =>
        AssertFaults(FaultyFolder.BuiltIn(Folder).WriteVocabulary(pieces => [.. pieces[..5000], .. pieces[5001..]]), ModelFaults.WrongOrder);

    [Test]
    public void Query_side_of_another_order_is_wrong_vocabulary_order()
    {
        FaultyFolder folder = FaultyFolder.BuiltIn(Folder).AddRouter(30_522);
        File.WriteAllLines(folder.At("query_0_SparseStaticEmbedding/vocab.txt"), File.ReadLines(folder.At("vocab.txt")).Order(StringComparer.Ordinal));

        AssertFaults(folder, ModelFaults.WrongOrder);
    }

    [Test]
    public void Vocab_txt_of_another_order_than_tokenizer_json_is_wrong_vocabulary_order() =>
        AssertFaults(FaultyFolder.SpladeTiny(Folder).WriteVocabulary(pieces => [.. pieces[..900], .. pieces[901..]]), ModelFaults.WrongOrder);

    [Test]
    public void Capitals_before_a_vocabulary_without_are_a_cased_tokenizer()
    {
        ModelExamination seen = AssertFaults(FaultyFolder.BuiltIn(Folder).Replace("tokenizer_config.json", "true", "false"), ModelFaults.CasedTokenizer);

        Assert.That(seen.Findings[0].What, Does.Contain("become unknown"));
    }

    [Test]
    public void Capitals_in_tokenizer_json_are_a_cased_tokenizer() =>
        AssertFaults(FaultyFolder.SpladeTiny(Folder).Replace("tokenizer.json", "\"lowercase\": true", "\"lowercase\": false"), ModelFaults.CasedTokenizer);

    [Test]
    public void Do_lower_case_false_beside_a_tokenizer_json_that_lowers_is_a_cased_tokenizer() =>
        AssertFaults(FaultyFolder.SpladeTiny(Folder).Replace("tokenizer_config.json", "\"do_lower_case\": true", "\"do_lower_case\": false"), ModelFaults.CasedTokenizer);

    [TestCase(15_000, null)]
    [TestCase(28_000, null)]
    [TestCase(30_522, 300_000)]
    [TestCase(30_522, 0)]
    public void Table_that_ends_early_is_a_truncated_query_table(int count, int? cutAt) => AssertFaults(FaultyFolder.BuiltIn(Folder).AddTable(count, cutAt), ModelFaults.TruncatedTable);

    [TestCase(30_522, false)]
    [TestCase(15_261, true)]
    public void Routers_table_of_fewer_rows_is_a_truncated_query_table(int count, bool isTruncated) =>
        AssertFaults(FaultyFolder.BuiltIn(Folder).AddRouter(count), isTruncated ? [ModelFaults.TruncatedTable] : []);

    [Test]
    public void Routers_table_cut_by_bytes_or_gone_is_a_truncated_query_table([Values] bool isGone)
    {
        FaultyFolder folder = FaultyFolder.BuiltIn(Folder).AddRouter(30_522);
        string table = folder.At("query_0_SparseStaticEmbedding/model.safetensors");
        byte[] bytes = File.ReadAllBytes(table);
        File.Delete(table);
        if (!isGone)
        {
            File.WriteAllBytes(table, bytes[..60_000]);
        }

        AssertFaults(folder, ModelFaults.TruncatedTable);
    }

    [Test]
    public void Weights_above_the_scale_are_clipped() => AssertFaults(FaultyFolder.BuiltIn(Folder).Replace("sparse.json", "2.75", "1.5"), ModelFaults.ClippedWeights);

    [Test]
    public void Graph_without_its_mask_lets_padding_count()
    {
        FaultyFolder folder = FaultyFolder.SpladeTiny(Folder).ChangeGraph(model =>
        {
            foreach (NodeProto node in model.Graph.Node)
            {
                for (int i = 0; i < node.Input.Count; i++)
                {
                    node.Input[i] = node.Input[i] == "attention_mask" ? "all_real" : node.Input[i];
                }
            }

            string one = model.AddInts("one_real", 1);
            model.Insert(0, "Or", "any", ["is_one", "is_not"]);
            model.Insert(0, "Not", "is_not", ["is_one"]);
            model.Insert(0, "Equal", "is_one", ["attention_mask", one]);
            model.Insert(3, "Cast", "all_real", ["any"], OnnxModel.Attribute("to", OnnxModel.Int64));
        });

        AssertFaults(folder, ModelFaults.PaddingCounts);
    }

    [Test]
    public void Texts_without_terms_are_out_of_band() => AssertFaults(FaultyFolder.BuiltIn(Folder).ChangeGraph(model =>
    {
        string output = FaultyFolder.RenameOutput(model, "weights");
        model.Add("Relu", output, [model.Add("Sub", "less", ["weights", model.AddScalar("hundred", 100)])]);
    }), ModelFaults.SparsityBand, ModelFaults.OwnWordsMissing);

    [Test]
    public void Golden_vectors_of_another_model_are_told()
    {
        FaultyFolder folder = FaultyFolder.BuiltIn(Folder).Write("golden.jsonl", """{"text": "car insurance", "ids": [101, 2482, 5427, 102], "vector": {"2482": 0.5}}""" + "\n");

        Assert.That(AssertFaults(folder, ModelFaults.GoldenDiffers).Findings[0].What, Does.Contain("the weights of 1 of 1 texts"));
        folder.Write("golden.jsonl", """{"text": "car insurance", "ids": [101, 2482, 2482, 102]}""");
        Assert.That(AssertFaults(folder, ModelFaults.GoldenDiffers).Findings[0].What, Does.Contain("1 of 1 texts have other ids"));
        folder.Write("golden.jsonl", """{"text": "car insurance", "ids": ["x"]}""");
        Assert.That(() => ModelDoctor.Examine(Folder), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("golden.jsonl, line 1"));
    }

    private static ModelExamination AssertFaults(FaultyFolder folder, params string[] faults)
    {
        ModelExamination seen = ModelDoctor.Examine(folder.Path);
        Assert.That(seen.Findings.Select(finding => finding.Fault), Is.EquivalentTo(faults), string.Join("; ", seen.Findings.Select(finding => finding.What)));
        Assert.That(seen.Findings, Has.All.Matches<ModelFinding>(finding => finding.What.Length > 20 && finding.Cost.Length > 20));
        return seen;
    }
}
