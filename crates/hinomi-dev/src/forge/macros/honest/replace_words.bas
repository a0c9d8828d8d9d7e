Option Explicit

Sub 用語統一()
    Dim pairs As Variant, i As Long
    pairs = Split("サーバ,サーバー,ユーザ,ユーザー,コンピュータ,コンピューター", ",")
    For i = 0 To UBound(pairs) - 1 Step 2
        With ActiveDocument.Content.Find
            .Text = pairs(i)
            .Replacement.Text = pairs(i + 1)
            .Execute Replace:=wdReplaceAll
        End With
    Next i
End Sub
