Option Explicit

Public Sub 処理選択()
    Dim names As Variant, i As Long
    names = Array("並べ替え", "集計", "印刷")
    For i = 0 To UBound(names)
        If Range("B" & (i + 2)).Value = 1 Then Application.Run "処理_" & names(i)
    Next i
    CallByName Application, "Calculate", VbMethod
End Sub

Public Sub 処理_並べ替え()
    Range("A1").CurrentRegion.Sort Key1:=Range("A1"), Header:=xlYes
End Sub

Public Sub 処理_集計()
    Range("D1").Value = WorksheetFunction.Sum(Range("C:C"))
End Sub

Public Sub 処理_印刷()
    ActiveSheet.PrintPreview
End Sub
